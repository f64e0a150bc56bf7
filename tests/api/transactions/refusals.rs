use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{apply, complete, inbox, put, register, send, state, submit};

/// Everything a transaction could have changed.
async fn everything(w: &World) -> Value {
    let (state, tasks) = (w.get("/state").send().await.ok(), w.pages("limit=500").await);
    let agents = w.get("/agents").send().await.ok();
    let counted: Vec<_> =
        agents["items"].as_array().unwrap().iter().map(|a| (&a["name"], &a["unread"])).collect();
    json!({"state": state, "tasks": tasks, "agents": format!("{counted:?}")})
}

#[test]
fn the_first_operation_that_cannot_hold_is_named_and_nothing_has_changed() {
    in_a_swarm(async |w| {
        register(&w, "friend").await;
        let tight = w.client().put(&w.path("/agents/tight")).json(json!({"inbox_limit": 1})).send().await;
        tight.expect(201);
        apply(&w, json!([put("text", json!("ten")), send("x", "tight")])).await.ok();
        for _ in 0..2 {
            w.submit(task()).await;
        }
        let (held, other) = (w.claim_one("a").await, w.claim_one("a").await);
        w.complete(&other, json!(null)).await.ok();
        let before = everything(&w).await;
        let unknown = "0193a0de-0000-7000-8000-000000000000";
        for (op, status, code) in [
            (complete(&other, json!(null)), 409, "lease_lost"),
            (json!({"op": "task.complete", "id": unknown, "lease": "t"}), 404, "task_not_found"),
            (json!({"op": "task.release", "id": held.id, "lease": "1-dead"}), 409, "lease_lost"),
            (send("a", "nobody"), 404, "agent_not_found"),
            (send("a", "tight"), 429, "inbox_full"),
            (json!({"op": "state.increment", "key": "text"}), 409, "not_a_number"),
            (json!({"op": "state.delete", "key": "nothing"}), 404, "state_not_found"),
        ] {
            let ops = json!([
                complete(&held, json!("lost")),
                submit(json!({"payload": 1})),
                put("k", json!(1)),
                send("a", "friend"),
                op,
                put("never", json!(1)),
            ]);
            let problem = apply(&w, ops).await.problem(status, code);
            assert_eq!((&problem["in"], &problem["index"]), (&json!("ops"), &json!(4)), "{op}");
            assert_eq!(everything(&w).await, before, "{op}");
        }
        assert!(inbox(&w, "friend").await.is_empty());
        assert_eq!(state(&w, "k").await, Value::Null);
        w.complete(&held, json!("mine")).await.ok();
    });
}

#[test]
fn a_full_inbox_is_named() {
    in_a_swarm(async |w| {
        let tight = w.client().put(&w.path("/agents/tight")).json(json!({"inbox_limit": 2})).send().await;
        tight.expect(201);
        // The third message is one too many although none has been sent yet.
        let ops = json!([send("x", "tight"), send("x", "tight"), send("x", "tight")]);
        let problem = apply(&w, ops).await.problem(429, "inbox_full");
        assert_eq!((&problem["agent"], &problem["index"]), (&json!("tight"), &json!(2)));
        assert!(inbox(&w, "tight").await.is_empty());
    });
}

#[test]
fn an_attempt_is_ended_once_in_a_transaction() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let release = json!({"op": "task.release", "id": held.id, "lease": held.token});
        let problem = apply(&w, json!([complete(&held, json!(1)), release])).await.problem(409, "lease_lost");
        assert_eq!(problem["index"], 1);
        assert_eq!(w.status(&held.id).await, "running");
    });
}

#[test]
fn a_transaction_that_ended_an_attempt_is_not_applied_a_second_time() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let ops = json!([{"op": "state.increment", "key": "n"}, complete(&held, json!(1))]);
        apply(&w, ops.clone()).await.ok();
        // Its answer was lost, say, and it had no Idempotency-Key.
        let problem = apply(&w, ops).await.problem(409, "lease_lost");
        assert_eq!(problem["index"], 1);
        assert_eq!(state(&w, "n").await, 1);
    });
}

#[test]
fn a_limit_of_unfinished_tasks_counts_what_the_transaction_itself_adds_and_ends() {
    in_a_swarm(async |w| {
        let limit = json!({"limits": {"max_tasks": 2}});
        w.client().put(&w.path("")).json(limit).send().await.ok();
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let three = json!([submit(json!({})), submit(json!({}))]);
        let problem = apply(&w, three).await.problem(429, "swarm_full");
        assert_eq!(problem["index"], 1);
        apply(&w, json!([complete(&held, json!(1)), submit(json!({})), submit(json!({}))])).await.ok();
        assert_eq!(w.list("ready").await.len(), 2);
    });
}
