use serde_json::{Value, json};
use waggle_tests::{Held, in_a_swarm, task};

use super::support::{apply, complete, inbox, put, register, send, state, submit};

#[test]
fn one_transaction_finishes_a_task_submits_the_next_writes_state_and_sends() {
    in_a_swarm(async |w| {
        register(&w, "a2").await;
        let id = w.submit_id(task().payload("first")).await;
        let held = w.claim_one("a1").await;
        let ops = json!([
            complete(&held, json!({"found": 7})),
            submit(json!({"payload": "next", "queue": "later"})),
            send("a1", "a2"),
            put("plan", json!({"step": 2})),
        ]);
        let answer = apply(&w, ops).await.ok();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results[0], json!({"id": id, "status": "completed"}));
        assert_eq!((&results[1]["status"], &results[1]["queue"]), (&json!("ready"), &json!("later")));
        assert_eq!((&results[2]["recipients"], &results[3]["version"]), (&json!(1), &json!(1)));
        assert_eq!((&results[3]["key"], &results[3]["value"]), (&json!("plan"), &json!({"step": 2})));
        let done = w.task(&id).await;
        assert_eq!((&done["status"], &done["result"]), (&json!("completed"), &json!({"found": 7})));
        assert_eq!(w.task(results[1]["id"].as_str().unwrap()).await["payload"], "next");
        assert_eq!(inbox(&w, "a2").await[0]["body"], json!({"for": "a2"}));
        assert_eq!(state(&w, "plan").await, json!({"step": 2}));
    });
}

#[test]
fn every_kind_of_operation_answers_as_its_own_call_does() {
    in_a_swarm(async |w| {
        for _ in 0..2 {
            w.submit(task()).await;
        }
        let (first, second) = (w.claim_one("a").await, w.claim_one("a").await);
        let ops = json!([
            {"op": "task.fail", "id": first.id, "lease": first.token, "error": {"message": "no"}, "retryable": false},
            {"op": "task.release", "id": second.id, "lease": second.token, "delay_ms": 60_000},
            put("k", json!(1)),
            {"op": "state.increment", "key": "k", "by": 41},
            {"op": "state.delete", "key": "k"},
            {"op": "state.increment", "key": "new"},
        ]);
        let answer = apply(&w, ops).await.ok();
        let results = answer["results"].as_array().unwrap();
        assert_eq!((&results[0]["status"], &results[0]["run_at"]), (&json!("failed"), &Value::Null));
        assert_eq!(results[1]["status"], "scheduled");
        assert!(results[1]["run_at"].is_string());
        assert_eq!((&results[3]["value"], &results[3]["version"]), (&json!(42), &json!(2)));
        assert_eq!(results[4], json!({"key": "k", "deleted": true, "version": 3}));
        assert_eq!((&results[5]["value"], &results[5]["version"]), (&json!(1), &json!(4)));
        assert_eq!(state(&w, "k").await, Value::Null);
    });
}

#[test]
fn an_operation_sees_what_those_before_it_have_done() {
    in_a_swarm(async |w| {
        w.submit(task().dedup_key("one-at-a-time")).await;
        let held = w.claim_one("a").await;
        // The next task takes over the dedup_key of the one that is finished in the same breath.
        let ops = json!([complete(&held, json!(1)), submit(json!({"dedup_key": "one-at-a-time"}))]);
        let answer = apply(&w, ops).await.ok();
        let next = answer["results"][1]["id"].as_str().unwrap().to_owned();
        assert_ne!(next, held.id);
        assert_eq!(w.status(&next).await, "ready");
        // Of two submits under one key the second one finds the first.
        let ops = json!([submit(json!({"dedup_key": "twin"})), submit(json!({"dedup_key": "twin"}))]);
        let answer = apply(&w, ops).await.ok();
        assert_eq!(answer["results"][0]["id"], answer["results"][1]["id"]);
        let ops = json!([put("k", json!("x")), {"op": "state.delete", "key": "k"}, put("k", json!("y"))]);
        apply(&w, ops).await.ok();
        assert_eq!(state(&w, "k").await, "y");
    });
}

#[test]
fn a_task_that_ends_without_success_makes_way_for_the_next_one_under_its_key_as_well() {
    in_a_swarm(async |w| {
        let once = || task().dedup_key("one-at-a-time").max_attempts(1);
        let fail = |held: &Held, retryable: bool| json!({"op": "task.fail", "id": held.id, "lease": held.token, "error": {"message": "no"}, "retryable": retryable});
        let release = |held: &Held| json!({"op": "task.release", "id": held.id, "lease": held.token});
        let next = || submit(json!({"dedup_key": "one-at-a-time", "max_attempts": 1}));
        w.submit(once()).await;
        // Used up, given up, called off: in the end each is followed by a task of its own.
        for end in ["used up", "given up", "called off"] {
            let held = w.claim_one("a").await;
            let op = match end {
                "used up" => fail(&held, true),
                "given up" => fail(&held, false),
                _ => {
                    w.cancel(&held.id).await.ok();
                    release(&held)
                }
            };
            let answer = apply(&w, json!([op, next()])).await.ok();
            assert_ne!(answer["results"][1]["id"], json!(held.id), "{end}");
            assert_eq!(answer["results"][1]["status"], "ready", "{end}");
        }
        // One that is only given back keeps its key.
        let held = w.claim_one("a").await;
        let answer = apply(&w, json!([release(&held), next()])).await.ok();
        assert_eq!(answer["results"][1]["id"], json!(held.id));
        assert_eq!(w.list("ready").await.len(), 1);
    });
}

#[test]
fn an_empty_transaction_and_one_of_conditions_alone_are_transactions() {
    in_a_swarm(async |w| {
        assert_eq!(apply(&w, json!([])).await.ok(), json!({"results": []}));
        let body = json!({"if": [{"state": "k", "version": 0}], "ops": []});
        assert_eq!(w.post("/transactions").json(body).send().await.ok(), json!({"results": []}));
    });
}

#[test]
fn a_hundred_operations_are_applied_in_their_order() {
    in_a_swarm(async |w| {
        let ops: Vec<_> = (0..100).map(|n| put("k", json!(n))).collect();
        let answer = apply(&w, json!(ops)).await.ok();
        let versions = answer["results"].as_array().unwrap().iter().map(|result| &result["version"]);
        assert!(versions.eq((1..=100).map(|version| json!(version)).collect::<Vec<_>>().iter()));
        assert_eq!(state(&w, "k").await, 99);
        let tasks: Vec<_> = (0..100).map(|n| submit(json!({"payload": n}))).collect();
        apply(&w, json!(tasks)).await.ok();
        let claim = json!({"agent": "a", "max_tasks": 100});
        let payloads: Vec<_> =
            w.claim_with(claim).await.into_iter().map(|held| held.task["payload"].clone()).collect();
        assert_eq!(payloads, (0..100).map(|n| json!(n)).collect::<Vec<_>>());
    });
}

#[test]
fn the_same_key_and_body_are_applied_once() {
    in_a_swarm(async |w| {
        let body = json!({"ops": [{"op": "state.increment", "key": "n"}, submit(json!({"payload": 1}))]});
        let send = async || {
            let request = w.post("/transactions").header("Idempotency-Key", "k").json(body.clone());
            request.send().await
        };
        let first = send().await;
        let again = send().await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.ok(), again.ok());
        assert_eq!(state(&w, "n").await, 1);
        assert_eq!(w.list("ready").await.len(), 1);
        let other =
            w.post("/transactions").header("Idempotency-Key", "k").json(json!({"ops": []})).send().await;
        other.problem(422, "idempotency_mismatch");
    });
}

#[test]
fn the_lease_of_the_header_names_the_writer_of_the_state() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("scribe").await;
        let lease = format!("{} {}", held.id, held.token);
        let body = json!({"ops": [put("k", json!(1)), complete(&held, json!(null))]});
        let answer = w.post("/transactions").header("X-Lease", &lease).json(body).send().await.ok();
        assert_eq!(answer["results"][0]["updated_by"], "scribe");
        let body = json!({"ops": [put("k", json!(2))]});
        let late = w.post("/transactions").header("X-Lease", &lease).json(body).send().await;
        let problem = late.problem(409, "lease_lost");
        assert!(problem.get("index").is_none());
        assert_eq!(state(&w, "k").await, 1);
    });
}
