use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waggle_tests::{Held, in_a_swarm, task};

use super::support::{a_moment, fields};

fn complete(held: &Held, result: impl Into<Value>) -> Value {
    json!({"id": held.id, "lease": held.token, "outcome": "complete", "result": result.into()})
}

#[test]
fn outcomes_are_applied_each_on_its_own_and_answered_in_their_order() {
    in_a_swarm(async |w| {
        w.submit_many((0..4).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
        w.complete(&held[3], 1).await.ok();
        let body = json!({"agent": "a", "outcomes": [
            complete(&held[0], json!("r")),
            {"id": held[1].id, "lease": held[1].token, "outcome": "fail", "error": {"message": "m"}, "retry_after_ms": 60_000},
            {"id": held[2].id, "lease": "1-wrong", "outcome": "release"},
            {"id": held[2].id, "lease": held[2].token, "outcome": "release", "delay_ms": 60_000},
            complete(&held[3], json!(2)),
            {"id": "0193a0de-0000-7000-8000-000000000000", "lease": "1-x", "outcome": "release"},
        ]});
        let answer = w.post("/settlements").json(body).send().await.ok();
        assert_eq!(fields(&answer), ["directive", "outcomes", "tasks"]);
        assert_eq!((&answer["tasks"], &answer["directive"]), (&json!([]), &json!("run")));
        let outcomes = answer["outcomes"].as_array().unwrap();
        let short: Vec<_> =
            outcomes.iter().map(|o| (o["status"].as_u64().unwrap(), o["task_status"].as_str())).collect();
        assert_eq!(
            short,
            [
                (200, Some("completed")),
                (200, Some("scheduled")),
                (409, None),
                (200, Some("scheduled")),
                (200, Some("completed")),
                (404, None),
            ]
        );
        assert_eq!(outcomes[0], json!({"id": held[0].id, "status": 200, "task_status": "completed"}));
        assert_eq!(
            (&outcomes[2]["problem"]["code"], &outcomes[2]["id"]),
            (&json!("lease_lost"), &json!(held[2].id))
        );
        assert_eq!(outcomes[4]["replayed"], true);
        assert_eq!(w.task(&held[0].id).await["result"], "r");
        assert_eq!(w.task(&held[3].id).await["result"], 1);
    });
}

#[test]
fn the_next_tasks_come_in_the_same_answer() {
    in_a_swarm(async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let mut held = w.claim_one("a").await;
        for next in 1..5 {
            let body = json!({"agent": "a", "outcomes": [complete(&held, json!(next))], "claim": {"lease_ms": 5_000}});
            let answer = w.post("/settlements").json(body).send().await.ok();
            assert_eq!(answer["outcomes"][0]["task_status"], "completed");
            held = Held::all(&answer).remove(0);
            assert_eq!((&held.task["payload"], &held.task["agent"]), (&json!(next), &json!("a")));
        }
    });
}

#[test]
fn what_is_given_back_can_be_claimed_by_the_same_settlement() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let release = json!({"id": held.id, "lease": held.token, "outcome": "release"});
        let body = json!({"agent": "a", "outcomes": [release], "claim": {}});
        let next = Held::all(&w.post("/settlements").json(body).send().await.ok());
        assert_eq!(next.len(), 1, "the claim follows the outcomes");
        assert_eq!((next[0].id.as_str(), next[0].attempt), (held.id.as_str(), 1));
        assert!(next[0].fence() > held.fence());
    });
}

#[test]
fn the_claim_of_a_settlement_may_wait() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let body = json!({"agent": "a", "outcomes": [complete(&held, json!(1))], "claim": {"wait_ms": 20_000, "queues": ["q"]}});
        let settle = async { w.post("/settlements").json(body).send().await.ok() };
        let submit = async {
            // The outcome is applied before the claim begins to wait.
            w.until_status(&held.id, "completed").await;
            a_moment().await;
            w.submit(task().queue("q")).await
        };
        let (answer, task) = futures_util::future::join(settle, submit).await;
        assert_eq!(Held::all(&answer)[0].id, task["id"].as_str().unwrap());
    });
}

/// Submits a task for each of so many agents, claims it for it, and lets another one wait for it.
async fn pairs(w: &waggle_tests::World, agents: usize) -> (Vec<Held>, Vec<String>) {
    let (mut held, mut waiting) = (Vec::new(), Vec::new());
    w.submit_many((0..agents).map(|n| task().payload(n))).await;
    for at in 0..agents {
        held.push(w.claim_one(&format!("a{at}")).await);
        waiting.push(w.submit_id(task().depends_on(json!([held[at].id]))).await);
    }
    (held, waiting)
}

#[test]
fn what_an_outcome_makes_ready_can_be_claimed_by_the_same_settlement() {
    in_a_swarm(async |w| {
        for _ in 0..20 {
            let (held, waiting) = pairs(&w, 1).await;
            let body = json!({"agent": "a0", "outcomes": [complete(&held[0], 1)], "claim": {}});
            let next = Held::all(&w.post("/settlements").json(body).send().await.ok());
            assert_eq!(
                next.iter().map(|held| &held.id).collect::<Vec<_>>(),
                waiting.iter().collect::<Vec<_>>()
            );
            w.complete(&next[0], 1).await.ok();
        }
    });
}

/// Many at once: claims travel with those of others, before the outcomes beside them or after.
#[test]
fn a_claim_that_waits_beside_its_outcomes_is_woken_for_what_they_make_ready() {
    in_a_swarm(async |w| {
        const AGENTS: usize = 40;
        for wait_ms in [0, 30_000] {
            let (held, waiting) = pairs(&w, AGENTS).await;
            let started = Instant::now();
            let calls = held.iter().enumerate().map(async |(at, held)| {
                let body = json!({"agent": format!("a{at}"), "outcomes": [complete(held, 1)], "claim": {"wait_ms": wait_ms}});
                Held::all(&w.post("/settlements").json(body).send().await.ok())
            });
            let next: Vec<_> = futures_util::future::join_all(calls).await.into_iter().flatten().collect();
            assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
            let mut ids: Vec<_> = next.iter().map(|held| held.id.clone()).collect();
            ids.sort_unstable();
            assert_eq!(ids, waiting, "with wait_ms {wait_ms}");
            for held in &next {
                w.complete(held, 1).await.ok();
            }
        }
    });
}

#[test]
fn a_settlement_that_gets_some_tasks_gets_those_that_its_outcomes_make_ready_too() {
    in_a_swarm(async |w| {
        const AGENTS: usize = 40;
        let (held, _) = pairs(&w, AGENTS).await;
        w.submit_many((0..AGENTS).map(|n| task().payload(n))).await;
        let calls = held.iter().enumerate().map(async |(at, held)| {
            let claim = json!({"max_tasks": AGENTS * 2});
            let body = json!({"agent": format!("a{at}"), "outcomes": [complete(held, 1)], "claim": claim});
            Held::all(&w.post("/settlements").json(body).send().await.ok()).len()
        });
        let got: usize = futures_util::future::join_all(calls).await.into_iter().sum();
        assert_eq!(got, AGENTS * 2, "nothing is left");
    });
}

#[test]
fn prefer_wait_is_for_the_claim_of_a_settlement() {
    in_a_swarm(async |w| {
        let start = Instant::now();
        let reply = w
            .post("/settlements")
            .header("prefer", "wait=1")
            .json(json!({"agent": "a", "claim": {}}))
            .send()
            .await;
        assert_eq!(reply.header("preference-applied"), "wait=1");
        assert!(start.elapsed() >= Duration::from_millis(990));
        let reply =
            w.post("/settlements").header("prefer", "wait=1").json(json!({"agent": "a"})).send().await;
        assert_eq!(reply.header("preference-applied"), "");
    });
}

#[test]
fn sent_again_it_does_no_harm() {
    in_a_swarm(async |w| {
        w.submit_many((0..2).map(|n| task().payload(n))).await;
        let held = w.claim_one("a").await;
        let body =
            json!({"agent": "a", "outcomes": [complete(&held, json!("r"))], "claim": {"claim_id": "c"}});
        let first = w.post("/settlements").json(body.clone()).send().await.ok();
        let again = w.post("/settlements").json(body).send().await.ok();
        assert_eq!(again["tasks"], first["tasks"]);
        assert_eq!(again["outcomes"][0]["replayed"], true);
    });
}

#[test]
fn a_hundred_outcomes_are_one_settlement_and_one_more_is_too_many() {
    in_a_swarm(async |w| {
        w.submit_many((0..100).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 100})).await;
        let mut outcomes: Vec<_> =
            held.iter().map(|held| complete(held, held.task["payload"].clone())).collect();
        let mut too_many = outcomes.clone();
        too_many.push(outcomes[0].clone());
        let reply = w.post("/settlements").json(json!({"agent": "a", "outcomes": too_many})).send().await;
        assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/outcomes");
        assert_eq!(w.list("running").await.len(), 100, "a refused settlement applies nothing");
        outcomes.reverse();
        let answer =
            w.post("/settlements").json(json!({"agent": "a", "outcomes": outcomes})).send().await.ok();
        assert!(answer["outcomes"].as_array().unwrap().iter().all(|outcome| outcome["status"] == 200));
        assert_eq!(w.list("completed").await.len(), 100);
    });
}

#[test]
fn a_wrong_claim_is_refused_before_any_outcome_is_applied() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (claim, pointer) in [
            (json!({"wait_ms": 60_001}), "/claim/wait_ms"),
            (json!({"max_tasks": 0}), "/claim/max_tasks"),
            (json!({"agent": "b"}), "/claim/agent"),
        ] {
            let body = json!({"agent": "a", "outcomes": [complete(&held, json!(1))], "claim": claim});
            let problem = w.post("/settlements").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        assert_eq!(w.status(&held.id).await, "running");
    });
}

#[test]
fn fields_of_another_kind_of_outcome_are_refused_at_their_place() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (outcome, pointer) in [
            (json!({"outcome": "complete", "error": {"message": "m"}}), "/outcomes/0/error"),
            (json!({"outcome": "complete", "delay_ms": 1}), "/outcomes/0/delay_ms"),
            (json!({"outcome": "fail"}), "/outcomes/0/error"),
            (json!({"outcome": "fail", "error": {"message": "m"}, "result": 1}), "/outcomes/0/result"),
            (json!({"outcome": "release", "retryable": true}), "/outcomes/0/retryable"),
        ] {
            let mut outcome = outcome;
            outcome["id"] = json!(held.id);
            outcome["lease"] = json!(held.token);
            let answer =
                w.post("/settlements").json(json!({"agent": "a", "outcomes": [outcome]})).send().await.ok();
            let refused = &answer["outcomes"][0];
            assert_eq!(refused["status"], 422, "{refused}");
            assert_eq!(refused["problem"]["errors"][0]["pointer"], pointer, "{refused}");
        }
        assert_eq!(w.status(&held.id).await, "running");
    });
}

#[test]
fn large_results_travel_in_a_settlement_as_well() {
    in_a_swarm(async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
        let outcomes: Vec<_> = held.iter().map(|held| complete(held, json!("z".repeat(150_000)))).collect();
        let body = json!({"agent": "a", "outcomes": outcomes, "claim": {}});
        w.post("/settlements").json(body).send().await.ok();
        for held in &held {
            assert_eq!(w.task(&held.id).await["result"].as_str().unwrap().len(), 150_000);
        }
    });
}

#[test]
fn a_settlement_in_a_swarm_that_was_not_made_is_refused() {
    in_a_swarm(async |w| {
        let body = json!({"agent": "a", "claim": {}});
        w.client()
            .post("/v1/swarms/never-made/settlements")
            .json(body)
            .send()
            .await
            .problem(404, "swarm_not_found");
    });
}

#[test]
fn a_swarm_that_does_not_exist_settles_nothing() {
    in_a_swarm(async |w| {
        let outcome =
            json!({"id": "0193a0de-0000-7000-8000-000000000000", "lease": "1-x", "outcome": "release"});
        for outcomes in [json!([]), json!([outcome])] {
            let body = json!({"agent": "a", "outcomes": outcomes});
            let reply = w.client().post("/v1/swarms/nowhere/settlements").json(body).send().await;
            reply.problem(404, "swarm_not_found");
        }
    });
}
