use futures_util::future::join;
use serde_json::{Value, json};
use waggle_tests::{Reply, World, in_a_swarm, task};

use super::support::payloads;
use crate::agents::support::{SHORT_TTL_MS, register, until_agent};
use crate::events::support::Feed;

async fn assign(w: &World, id: &str, to: Value) -> Reply {
    w.on(id, "assign", to).await
}

/// The agent that a strategy gives the task to.
async fn chosen(w: &World, id: &str, strategy: &str) -> Value {
    let answer = assign(w, id, json!({ "strategy": strategy })).await.ok();
    assert_eq!(answer["id"], id);
    assert_eq!(w.task(id).await["agent"], answer["agent"]);
    answer["agent"].clone()
}

async fn submitted(w: &World, strategy: &str) -> Value {
    w.submit(json!({ "assign": strategy })).await["agent"].clone()
}

#[test]
fn only_the_agent_it_is_assigned_to_can_claim_a_task() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        register(&w, "b", json!({})).await;
        for new in [task(), task().agent("a"), task().agent("never-seen")] {
            let id = w.submit_id(new).await;
            assert_eq!(assign(&w, &id, json!({"agent": "b"})).await.ok(), json!({"id": id, "agent": "b"}));
            assert_eq!(w.task(&id).await["agent"], "b");
            assert_eq!(w.list("ready").await[0]["agent"], "b");
            assert!(w.claim_with(json!({"agent": "a"})).await.is_empty());
            let held = w.claim_one("b").await;
            assert_eq!(held.id, id);
            w.complete(&held, 1).await.ok();
        }
    });
}

#[test]
fn an_agent_that_waits_is_woken_by_what_is_assigned_to_it() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let id = w.submit_id(task().agent("never-seen")).await;
        let mut feed = Feed::open(&w, "?kind=task.assigned,task.claimed").await;
        let claim = w.claim_with(json!({"agent": "a", "wait_ms": 20_000}));
        let (held, reply) = join(claim, assign(&w, &id, json!({"agent": "a"}))).await;
        assert_eq!((reply.ok()["agent"].as_str(), &held[0].id), (Some("a"), &id));
        let events = feed.take(2).await;
        assert_eq!(
            (&events[0]["kind"], &events[1]["kind"]),
            (&json!("task.assigned"), &json!("task.claimed"))
        );
        assert_eq!((&events[0]["task"], &events[0]["agent"]), (&json!(id), &json!("a")));
    });
}

#[test]
fn assigning_again_moves_it_again_and_to_the_same_agent_changes_nothing() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        register(&w, "b", json!({})).await;
        let id = w.submit_id(task().requires(json!([]))).await;
        for agent in ["a", "a", "b", "a", "b"] {
            assert_eq!(assign(&w, &id, json!({ "agent": agent })).await.ok()["agent"], agent);
        }
        assert!(w.claim("a").await.is_empty());
        assert_eq!(w.claim_one("b").await.id, id);
    });
}

#[test]
fn a_task_that_waits_for_its_time_is_assigned_as_well() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let id = w.submit_id(task().delay_ms(700)).await;
        assign(&w, &id, json!({"agent": "a"})).await.ok();
        assert_eq!(w.task(&id).await["status"], "scheduled");
        w.until_status(&id, "ready").await;
        assert!(w.claim("b").await.is_empty());
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

#[test]
fn what_comes_back_from_its_agent_is_still_that_agent_s() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let id = w.submit_id(task()).await;
        assign(&w, &id, json!({"agent": "a"})).await.ok();
        let held = w.claim_one("a").await;
        w.release(&held).await.ok();
        assert!(w.claim("b").await.is_empty());
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retryable": false})).await.ok();
        w.retry(&id).await.ok();
        assert!(w.claim("b").await.is_empty());
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

#[test]
fn an_assigned_agent_that_is_lost_or_deleted_gives_the_task_to_everybody() {
    in_a_swarm(async |w| {
        register(&w, "lost", json!({"ttl_ms": SHORT_TTL_MS, "capacity": 5})).await;
        register(&w, "gone", json!({})).await;
        let ready = w.submit_id(task()).await;
        let later = w.submit_id(task().delay_ms(2_000)).await;
        for id in [&ready, &later] {
            assign(&w, id, json!({"agent": "lost"})).await.ok();
        }
        let other = w.submit_id(task().queue("q")).await;
        assign(&w, &other, json!({"agent": "gone"})).await.ok();
        w.delete("/agents/gone").send().await.expect(204);
        let held = w.claim_with(json!({"agent": "b", "queues": ["q"], "wait_ms": 10_000})).await;
        assert_eq!(held[0].id, other);
        until_agent(&w, "lost", "lost").await;
        for id in [&ready, &later] {
            let held = w.claim_with(json!({"agent": "b", "wait_ms": 10_000})).await;
            assert_eq!(held[0].id, *id);
        }
    });
}

#[test]
fn an_assigned_task_can_be_cancelled() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let id = w.submit_id(task()).await;
        assign(&w, &id, json!({"agent": "a"})).await.ok();
        assert_eq!(w.cancel(&id).await.ok()["status"], "cancelled");
        assert!(w.claim("a").await.is_empty());
    });
}

#[test]
fn least_loaded_is_the_smallest_part_of_the_capacity_held_or_assigned() {
    in_a_swarm(async |w| {
        register(&w, "big", json!({"capacity": 4})).await;
        register(&w, "small", json!({"capacity": 2})).await;
        w.submit(task()).await;
        w.claim_one("big").await;
        let mut agents = Vec::new();
        for _ in 0..6 {
            let id = w.submit_id(task()).await;
            match assign(&w, &id, json!({"strategy": "least_loaded"})).await {
                reply if reply.status == 200 => agents.push(reply.body["agent"].clone()),
                reply => drop(reply.problem(409, "no_agent")),
            }
        }
        // Of 4 and 2: 1/4 0/2, 1/4 1/2, 2/4 1/2 (by name), 3/4 1/2, 3/4 2/2, full.
        assert_eq!(agents, ["small", "big", "big", "small", "big"]);
    });
}

#[test]
fn round_robin_takes_one_after_the_other_by_name() {
    in_a_swarm(async |w| {
        for name in ["c", "a", "b"] {
            register(&w, name, json!({"capacity": 10})).await;
        }
        let mut agents = Vec::new();
        for _ in 0..4 {
            let id = w.submit_id(task()).await;
            agents.push(chosen(&w, &id, "round_robin").await);
        }
        assert_eq!(agents, ["a", "b", "c", "a"]);
        w.post("/agents/b/drain").send().await.ok();
        assert_eq!([submitted(&w, "round_robin").await, submitted(&w, "round_robin").await], ["c", "a"]);
    });
}

#[test]
fn best_match_is_the_one_with_the_fewest_capabilities_to_spare() {
    in_a_swarm(async |w| {
        register(&w, "all", json!({"capabilities": ["gpu", "python", "rust"], "capacity": 9})).await;
        register(&w, "py1", json!({"capabilities": ["python"], "capacity": 2})).await;
        register(&w, "py2", json!({"capabilities": ["python"], "capacity": 2})).await;
        register(&w, "rust", json!({"capabilities": ["rust"], "capacity": 9})).await;
        let mut agents = Vec::new();
        for _ in 0..5 {
            let id = w.submit_id(task().requires(["python"])).await;
            agents.push(chosen(&w, &id, "best_match").await);
        }
        assert_eq!(agents, ["py1", "py2", "py1", "py2", "all"]);
        let id = w.submit_id(task().requires(["gpu", "rust"])).await;
        assert_eq!(chosen(&w, &id, "best_match").await, "all");
        let id = w.submit_id(task().requires(["cobol"])).await;
        assign(&w, &id, json!({"strategy": "best_match"})).await.problem(409, "no_agent");
        assert_eq!(w.task(&id).await["agent"], Value::Null);
    });
}

#[test]
fn a_submit_assigns_its_task_and_a_batch_spreads_its_own() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 3})).await;
        register(&w, "b", json!({"capacity": 3})).await;
        let submitted = w.submit(json!({"assign": "least_loaded", "payload": 0})).await;
        assert_eq!(submitted["agent"], "a");
        assert_eq!(w.task(submitted["id"].as_str().unwrap()).await, submitted);
        let ids = w.submit_many((1..8).map(|n| json!({"assign": "least_loaded", "payload": n}))).await;
        let mut agents = Vec::new();
        for id in &ids {
            agents.push(w.task(id).await["agent"].clone());
        }
        assert_eq!(
            agents,
            [json!("b"), json!("a"), json!("b"), json!("a"), json!("b"), json!(null), json!(null)]
        );
        let held = w.claim_with(json!({"agent": "c", "max_tasks": 9})).await;
        assert_eq!(payloads(held.iter().map(|held| &held.task)), [6, 7], "whoever is able takes them");
        let held = w.claim_with(json!({"agent": "b", "max_tasks": 9})).await;
        assert_eq!(payloads(held.iter().map(|held| &held.task)), [1, 3, 5]);
    });
}

#[test]
fn a_submit_with_nobody_is_accepted_and_anybody_s() {
    in_a_swarm(async |w| {
        for strategy in ["least_loaded", "round_robin", "best_match"] {
            assert_eq!(submitted(&w, strategy).await, Value::Null, "{strategy}");
        }
        assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": 5})).await.len(), 3);
    });
}

#[test]
fn a_transaction_assigns_what_it_submits() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 3})).await;
        register(&w, "b", json!({"capacity": 3})).await;
        let submit = json!({"op": "task.submit", "task": {"assign": "round_robin"}});
        let done = w.post("/transactions").json(json!({"ops": [submit, submit]})).send().await.ok();
        assert_eq!((&done["results"][0]["agent"], &done["results"][1]["agent"]), (&json!("a"), &json!("b")));
    });
}

#[test]
fn an_agent_that_cannot_have_it_is_refused_and_nothing_changes() {
    in_a_swarm(async |w| {
        register(&w, "unable", json!({"capacity": 5})).await;
        register(&w, "draining", json!({"capabilities": ["x"]})).await;
        w.post("/agents/draining/drain").send().await.ok();
        register(&w, "lost", json!({"capabilities": ["x"], "ttl_ms": SHORT_TTL_MS})).await;
        register(&w, "full", json!({"capabilities": ["x"]})).await;
        w.submit(task().requires(["x"])).await;
        w.claim_one("full").await;
        register(&w, "promised", json!({"capabilities": ["x"]})).await;
        let first = w.submit_id(task().requires(["x"])).await;
        assign(&w, &first, json!({"agent": "promised"})).await.ok();
        until_agent(&w, "lost", "lost").await;
        let id = w.submit_id(task().requires(["x"])).await;
        for agent in ["unable", "draining", "lost", "full", "promised"] {
            let problem = assign(&w, &id, json!({ "agent": agent })).await.problem(409, "no_agent");
            assert!(problem["detail"].as_str().unwrap().contains(agent), "{problem}");
        }
        for strategy in ["least_loaded", "round_robin", "best_match"] {
            assign(&w, &id, json!({ "strategy": strategy })).await.problem(409, "no_agent");
        }
        assign(&w, &id, json!({"agent": "nobody"})).await.problem(404, "agent_not_found");
        assert_eq!(w.claim_with(json!({"agent": "new", "capabilities": ["x"]})).await[0].id, id);
    });
}

#[test]
fn a_held_or_finished_task_cannot_be_assigned() {
    in_a_swarm(async |w| {
        register(&w, "b", json!({})).await;
        let failed = w.failed_task(task()).await;
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (id, status) in [(&held.id, "running"), (&failed, "failed")] {
            let problem = assign(&w, id, json!({"agent": "b"})).await.problem(409, "wrong_state");
            assert!(problem["detail"].as_str().unwrap().contains(status), "{problem}");
        }
        let id = "0193a0de-0000-7000-8000-000000000000";
        assign(&w, id, json!({"agent": "b"})).await.problem(404, "task_not_found");
    });
}

#[test]
fn what_cannot_be_understood_is_named() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        for (body, pointer) in [
            (json!({}), "/agent"),
            (json!({"agent": "a", "strategy": "round_robin"}), "/agent"),
            (json!({"agent": "a b"}), "/agent"),
            (json!({"strategy": "fastest"}), "/strategy"),
            (json!({"agents": ["a"]}), "/agents"),
        ] {
            let problem = assign(&w, &id, body).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let both = w.post("/tasks").json(json!({"assign": "best_match", "agent": "a"})).send().await;
        assert_eq!(both.problem(422, "validation")["errors"][0]["pointer"], "/assign");
    });
}

#[test]
fn what_waits_for_a_turn_or_a_slot_is_a_part_of_the_load() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 10})).await;
        register(&w, "b", json!({"capacity": 10})).await;
        w.put("/queues/slots").json(json!({"concurrency_per_key": 1})).send().await.expect(201);
        w.submit(task().queue("slots").with("concurrency_key", "k")).await;
        w.claim_with(json!({"agent": "b", "queues": ["slots"]})).await;
        w.submit_many(
            (0..2).map(|n| task().agent("a").queue("slots").with("concurrency_key", "k").payload(n)),
        )
        .await;
        w.submit_many((0..3).map(|n| task().agent("a").queue("turns").with("fairness_key", "f").payload(n)))
            .await;
        // 5 of 10 beside 1 of 10.
        for _ in 0..4 {
            let id = w.submit_id(task()).await;
            assert_eq!(chosen(&w, &id, "least_loaded").await, "b");
        }
        let id = w.submit_id(task()).await;
        assert_eq!(chosen(&w, &id, "least_loaded").await, "a");
    });
}

#[test]
fn a_transaction_assigns_as_if_what_it_ends_were_over() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 1})).await;
        for kind in ["task.complete", "task.fail"] {
            for before in [false, true] {
                w.submit(task().max_attempts(1).queue("held")).await;
                let held = w.claim_with(json!({"agent": "a", "queues": ["held"]})).await.remove(0);
                // A claim beyond its capacity leaves a mark among what it holds.
                assert!(w.claim_with(json!({"agent": "a", "queues": ["held"]})).await.is_empty());
                let mut end = json!({"op": kind, "id": held.id, "lease": held.token});
                if kind == "task.fail" {
                    end["error"] = json!({"message": "m"});
                }
                let submit =
                    json!({"op": "task.submit", "task": Value::from(task().with("assign", "least_loaded"))});
                let mut ops = vec![end, submit.clone()];
                if before {
                    ops.insert(0, submit);
                }
                let answer = w.post("/transactions").json(json!({ "ops": ops })).send().await.ok();
                let results = answer["results"].as_array().unwrap();
                assert_eq!(results.last().unwrap()["agent"], "a", "{kind}: {answer}");
                if before {
                    assert_eq!(results[0]["agent"], Value::Null, "{kind}: {answer}");
                }
                w.post("/queues/default/purge").send().await.ok();
            }
        }
    });
}
