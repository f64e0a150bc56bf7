use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{apply, put};

#[test]
fn what_is_no_transaction_is_refused_with_the_place_of_each_mistake() {
    in_a_swarm(async |w| {
        let long = "k".repeat(10_000);
        for (ops, pointer) in [
            (json!([{"op": "state.put", "key": long, "value": 1}]), "/ops/0/key"),
            (json!([{"op": "state.put", "key": "a\tb", "value": 1}]), "/ops/0/key"),
            (json!([put("k", json!(1)), {"op": "task.complete", "id": "x", "lease": "t"}]), "/ops/1/id"),
            (json!([{"op": "task.complete", "id": Value::Null, "lease": "t"}]), "/ops/0/id"),
            (json!([{"op": "nothing"}]), "/ops/0/op"),
            (json!([{"op": "state.put", "key": "k", "value": 1, "ttl_ms": 1}]), "/ops/0/ttl_ms"),
            (json!([{"op": "state.increment", "key": "k", "by": "1"}]), "/ops/0/by"),
            (json!([{"op": "task.submit", "task": {"priority": 10}}]), "/ops/0/task/priority"),
            (json!([[]]), "/ops/0"),
        ] {
            let problem = apply(&w, ops).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
            assert_eq!(problem["in"], "ops");
            assert_eq!(problem["index"].to_string(), pointer[5..6]);
        }
        let state = w.get("/state").send().await.ok();
        assert_eq!(state["items"], json!([]));
    });
}

#[test]
fn what_is_no_condition_is_refused_with_its_place_too() {
    in_a_swarm(async |w| {
        for condition in [json!({"state": "k"}), json!({}), json!({"state": "k", "version": -1})] {
            let body = json!({"if": [{"state": "k", "version": 0}, condition], "ops": [put("k", json!(1))]});
            let problem = w.post("/transactions").json(body).send().await.problem(422, "validation");
            assert_eq!((&problem["in"], &problem["index"]), (&json!("if"), &json!(1)));
        }
        w.get("/state/k").send().await.problem(404, "state_not_found");
    });
}

#[test]
fn more_than_a_hundred_operations_are_too_many() {
    in_a_swarm(async |w| {
        let ops: Vec<_> = (0..101).map(|n| put("k", json!(n))).collect();
        apply(&w, json!(ops)).await.problem(413, "too_large");
        w.get("/state/k").send().await.problem(404, "state_not_found");
    });
}

#[test]
fn a_swarm_that_does_not_exist_has_no_transactions() {
    in_a_swarm(async |w| {
        let reply = w.client().post("/v1/swarms/nowhere/transactions").json(json!({"ops": []})).send().await;
        reply.problem(404, "swarm_not_found");
    });
}
