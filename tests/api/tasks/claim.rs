use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{Held, in_a_swarm, task};

use super::support::{TASK_FIELDS, between, fields};

#[test]
fn a_claim_hands_a_task_out_under_a_lease() {
    in_a_swarm(async |w| {
        let submitted = w.submit(task().payload(7).lease_ms(5_000)).await;
        let answer = w.post("/claims").json(json!({"agent": "a1"})).send().await.ok();
        assert_eq!(fields(&answer), ["directive", "tasks"]);
        assert_eq!(answer["directive"], "run");
        let held = &answer["tasks"][0];
        let mut expected = TASK_FIELDS.to_vec();
        expected.push("lease");
        expected.sort_unstable();
        assert_eq!(fields(held), expected);
        assert_eq!(fields(&held["lease"]), ["expires_at", "token"]);
        assert_eq!((&held["id"], &held["payload"]), (&submitted["id"], &json!(7)));
        assert_eq!(
            (&held["status"], &held["agent"], &held["attempt"]),
            (&json!("running"), &json!("a1"), &json!(1))
        );
        assert_eq!(held["lease_expires_at"], held["lease"]["expires_at"]);
        assert_eq!(between(&held["started_at"], &held["lease_expires_at"]), 5_000);
        assert!(between(&held["created_at"], &held["started_at"]) >= 0);
    });
}

#[test]
fn nobody_but_the_holder_sees_the_token() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a1").await;
        let task = w.task(&id).await;
        assert_eq!((&task["status"], &task["agent"]), (&json!("running"), &json!("a1")));
        assert!(!task.to_string().contains(&held.token));
        assert!(!w.list("running").await[0].to_string().contains(&held.token));
    });
}

#[test]
fn an_empty_answer_is_200_with_an_empty_list() {
    in_a_swarm(async |w| {
        let answer = w.post("/claims").json(json!({"agent": "a"})).send().await.ok();
        assert_eq!(answer, json!({"tasks": [], "directive": "run"}));
    });
}

#[test]
fn a_claimed_task_is_nobody_elses() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        assert_eq!(w.claim("a").await.len(), 1);
        assert!(w.claim("b").await.is_empty());
        assert!(w.claim("a").await.is_empty());
    });
}

#[test]
fn a_claim_takes_no_more_than_max_tasks_and_what_there_is() {
    in_a_swarm(async |w| {
        w.submit_many((0..7).map(|_| task())).await;
        for (wanted, got) in [(1, 1), (5, 5), (100, 1), (1, 0)] {
            assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": wanted})).await.len(), got);
        }
    });
}

#[test]
fn queues_are_served_in_the_order_of_the_claim() {
    in_a_swarm(async |w| {
        for queue in ["c", "b", "a"] {
            w.submit_many((0..2).map(|n| task().queue(queue).payload(n))).await;
        }
        assert!(w.claim("x").await.is_empty(), "the default queue is empty");
        let held =
            w.claim_with(json!({"agent": "x", "queues": ["a", "none", "b", "c"], "max_tasks": 5})).await;
        let queues: Vec<_> = held.iter().map(|held| held.task["queue"].as_str().unwrap()).collect();
        assert_eq!(queues, ["a", "a", "b", "b", "c"]);
    });
}

#[test]
fn only_an_agent_with_all_capabilities_gets_a_task() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().requires(json!(["python", "gpu"]))).await;
        for capabilities in [
            json!([]),
            json!(["gpu"]),
            json!(["python"]),
            json!(["Python", "gpu"]),
            json!(["py", "gpu", "thon"]),
        ] {
            let claim = json!({"agent": "a", "capabilities": capabilities});
            assert!(w.claim_with(claim).await.is_empty(), "{capabilities}");
        }
        let held = w.claim_with(json!({"agent": "a", "capabilities": ["x", "gpu", "python", "gpu"]})).await;
        assert_eq!(
            (held[0].id.as_str(), &held[0].task["requires"]),
            (id.as_str(), &json!(["gpu", "python"]))
        );
    });
}

#[test]
fn a_task_that_others_must_do_does_not_block_what_an_agent_can_do() {
    in_a_swarm(async |w| {
        w.submit(task().priority(9).requires(json!(["gpu"]))).await;
        w.submit(task().priority(9).agent("other")).await;
        let plain = w.submit_id(task().priority(0)).await;
        assert_eq!(w.claim("a").await[0].id, plain);
        assert!(w.claim("a").await.is_empty());
        assert_eq!(w.claim("other").await.len(), 1);
        assert_eq!(w.claim_with(json!({"agent": "a", "capabilities": ["gpu"]})).await.len(), 1);
    });
}

#[test]
fn a_pinned_task_goes_to_its_agent_alone() {
    in_a_swarm(async |w| {
        let pinned = w.submit(task().agent("mine")).await;
        assert_eq!(pinned["agent"], "mine");
        assert!(w.claim("other").await.is_empty());
        let held = w.claim_one("mine").await;
        w.release(&held).await.ok();
        assert!(w.claim("other").await.is_empty(), "still pinned after it was given back");
        let held = w.claim_one("mine").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        w.until_status(&held.id, "ready").await;
        assert!(w.claim("other").await.is_empty(), "still pinned after it failed");
        assert_eq!(w.claim_one("mine").await.attempt, 2);
    });
}

#[test]
fn a_pinned_task_with_requirements_needs_both() {
    in_a_swarm(async |w| {
        w.submit(task().agent("mine").requires(json!(["gpu"]))).await;
        assert!(w.claim("mine").await.is_empty());
        assert!(w.claim_with(json!({"agent": "other", "capabilities": ["gpu"]})).await.is_empty());
        assert_eq!(w.claim_with(json!({"agent": "mine", "capabilities": ["gpu"]})).await.len(), 1);
    });
}

#[test]
fn the_claim_may_name_the_lease() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(60_000)).await;
        let held = w.claim_with(json!({"agent": "a", "lease_ms": 1_234})).await.remove(0);
        assert_eq!(between(&held.task["started_at"], &held.task["lease_expires_at"]), 1_234);
    });
}

#[test]
fn the_same_claim_id_replays_the_same_tasks_under_the_same_leases() {
    in_a_swarm(async |w| {
        w.submit_many((0..6).map(|n| task().payload(n))).await;
        let claim = json!({"agent": "a", "max_tasks": 3, "claim_id": "c-1"});
        let first = w.claim_with(claim.clone()).await;
        let again = w.claim_with(claim.clone()).await;
        assert_eq!((first.len(), &again), (3, &first));
        let other_agent = w.claim_with(json!({"agent": "b", "max_tasks": 2, "claim_id": "c-1"})).await;
        assert!(other_agent.iter().all(|held| first.iter().all(|mine| mine.id != held.id)));
        let other_id = w.claim_with(json!({"agent": "a", "claim_id": "c-2"})).await;
        assert_eq!((other_agent.len(), other_id.len()), (2, 1));
        assert_eq!(w.claim_with(claim).await, first);
    });
}

#[test]
fn a_replay_brings_what_is_still_held_and_a_spent_claim_id_claims_anew() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|n| task().payload(n))).await;
        let claim = json!({"agent": "a", "max_tasks": 2, "claim_id": "c"});
        let first = w.claim_with(claim.clone()).await;
        w.complete(&first[0], Value::Null).await.ok();
        assert_eq!(w.claim_with(claim.clone()).await, first[1..]);
        w.release(&first[1]).await.ok();
        let anew = w.claim_with(claim.clone()).await;
        assert_eq!(anew.len(), 2);
        assert!(anew.iter().all(|held| held.token != first[1].token));
        assert_eq!(w.claim_with(claim).await, anew);
    });
}

#[test]
fn claims_under_one_claim_id_that_meet_get_the_same_tasks() {
    in_a_swarm(async |w| {
        w.submit_many((0..40).map(|n| task().payload(n))).await;
        for round in 0..5 {
            let claim = json!({"agent": "a", "max_tasks": 2, "claim_id": format!("c{round}")});
            let answers = join_all((0..4).map(|_| w.claim_with(claim.clone()))).await;
            assert!(answers.iter().all(|held| *held == answers[0]), "{answers:?}");
        }
        assert_eq!(w.list("running").await.len(), 10);
    });
}

#[test]
fn a_replay_waits_for_nothing() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let claim = json!({"agent": "a", "max_tasks": 5, "wait_ms": 60_000, "claim_id": "c"});
        let first = w.claim_with(claim.clone()).await;
        assert_eq!(w.claim_with(claim).await, first);
    });
}

#[test]
fn a_claim_gives_four_mib_of_payloads_and_one_more_at_most_however_small_they_are_stored() {
    in_a_swarm(async |w| {
        let payload = "x".repeat(1_000_000);
        for _ in 0..30 {
            w.submit(task().payload(payload.as_str())).await;
        }
        let mut left = 30;
        while left > 0 {
            let held = w.claim_with(json!({"agent": "a", "max_tasks": 30})).await;
            assert!((1..=5).contains(&held.len()), "{}", held.len());
            left -= held.len();
        }
    });
}

#[test]
fn each_field_out_of_bounds_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let many: Vec<String> = (0..65).map(|n| format!("c{n}")).collect();
        for (claim, pointer) in [
            (json!({}), "/agent"),
            (json!({"agent": ""}), "/agent"),
            (json!({"agent": "a\u{0}b"}), "/agent"),
            (json!({"agent": "x".repeat(10_000)}), "/agent"),
            (json!({"agent": "a", "queues": []}), "/queues"),
            (json!({"agent": "a", "queues": ["q", "q"]}), "/queues"),
            (json!({"agent": "a", "queues": many[..17]}), "/queues"),
            (json!({"agent": "a", "queues": ["*"]}), "/queues/0"),
            (json!({"agent": "a", "capabilities": many}), "/capabilities"),
            (json!({"agent": "a", "max_tasks": 0}), "/max_tasks"),
            (json!({"agent": "a", "max_tasks": 101}), "/max_tasks"),
            (json!({"agent": "a", "lease_ms": 99}), "/lease_ms"),
            (json!({"agent": "a", "lease_ms": 86_400_001}), "/lease_ms"),
            (json!({"agent": "a", "wait_ms": 60_001}), "/wait_ms"),
            (json!({"agent": "a", "wait_ms": -1}), "/wait_ms"),
            (json!({"agent": "a", "claim_id": ""}), "/claim_id"),
            (json!({"agent": "a", "claim_id": "x".repeat(257)}), "/claim_id"),
            (json!({"agent": "a", "wait": 1}), "/wait"),
        ] {
            let problem = w.post("/claims").json(claim.clone()).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{claim}: {problem}");
        }
        assert_eq!(w.list("ready").await.len(), 1, "a refused claim takes nothing");
    });
}

#[test]
fn a_claim_in_a_swarm_that_was_not_made_is_refused_without_waiting() {
    in_a_swarm(async |w| {
        let claim = json!({"agent": "a", "wait_ms": 60_000});
        w.client()
            .post("/v1/swarms/never-made/claims")
            .json(claim)
            .send()
            .await
            .problem(404, "swarm_not_found");
    });
}

#[test]
fn names_that_look_like_parts_of_keys_stay_apart() {
    in_a_swarm(async |w| {
        let queues = ["q", "q:r5", "r5:q", "q:q", "5", "wake", "leases", "a.b-c_d"];
        for queue in queues {
            w.submit(task().queue(queue).payload(queue)).await;
            w.submit(task().queue(queue).agent("q").payload(queue)).await;
        }
        for queue in queues {
            let held = w.claim_with(json!({"agent": "q", "queues": [queue], "max_tasks": 10})).await;
            let of_queue = |held: &Held| held.task["payload"] == queue && held.task["queue"] == queue;
            assert!(held.len() == 2 && held.iter().all(of_queue), "{queue}");
        }
    });
}
