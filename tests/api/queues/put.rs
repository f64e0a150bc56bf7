use serde_json::json;
use waggle_tests::{PATIENCE, in_a_swarm, task, until};

#[test]
fn a_queue_says_what_was_said_of_it_and_the_defaults_of_the_rest() {
    in_a_swarm(async |w| {
        let said = json!({"max_depth": 10, "concurrency": 2, "concurrency_per_key": 1,
            "rate": {"limit": 100, "per_ms": 1000}, "lease_ms": 5000, "max_attempts": 7,
            "backoff": {"kind": "list", "delays_ms": [1, 2]}, "retention_ms": 9});
        let made = w.put("/queues/q").json(said.clone()).send().await.expect(201);
        for (field, value) in said.as_object().unwrap().iter().filter(|(field, _)| *field != "backoff") {
            assert_eq!(&made["settings"][field], value, "{field}");
        }
        assert_eq!(made["settings"]["backoff"]["delays_ms"], json!([1, 2]));
        assert_eq!(
            (&made["name"], &made["paused"], &made["draining"], &made["oldest_ready_ms"]),
            (&json!("q"), &json!(false), &json!(false), &json!(null))
        );
        let plain = w.put("/queues/q").send().await.expect(200);
        assert_eq!(plain["settings"]["max_depth"], json!(null), "what is left out is unsaid");
        assert_eq!(plain["settings"]["lease_ms"], 30_000);
        assert_eq!(plain["settings"]["max_attempts"], 3);
    });
}

#[test]
fn a_queue_of_which_nothing_is_said_any_more_and_that_holds_nothing_is_forgotten() {
    in_a_swarm(async |w| {
        w.put("/queues/q").json(json!({"concurrency": 1})).send().await.expect(201);
        w.put("/queues/q").send().await.expect(200);
        w.get("/queues/q").send().await.problem(404, "queue_not_found");
    });
}

#[test]
fn what_is_said_of_a_queue_outlives_its_tasks() {
    in_a_swarm(async |w| {
        w.put("/queues/q").json(json!({"concurrency": 4})).send().await.expect(201);
        let id = w.submit_id(task().queue("q").retention_ms(0)).await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["q"]})).await;
        w.complete(&held[0], 1).await.ok();
        until("the task is gone", PATIENCE, async || {
            w.get(&format!("/tasks/{id}")).send().await.status == 404
        })
        .await;
        assert_eq!(w.get("/queues/q").send().await.ok()["settings"]["concurrency"], 4);
    });
}

#[test]
fn limits_that_cannot_be_are_refused_by_their_pointers_and_nothing_is_stored() {
    in_a_swarm(async |w| {
        for (body, pointer) in [
            (json!({"concurrency": 0}), "/concurrency"),
            (json!({"concurrency": -1}), "/concurrency"),
            (json!({"concurrency_per_key": 0}), "/concurrency_per_key"),
            (json!({"max_depth": 0}), "/max_depth"),
            (json!({"rate": {"limit": 0, "per_ms": 1}}), "/rate/limit"),
            (json!({"rate": {"limit": 1, "per_ms": 0}}), "/rate/per_ms"),
            (json!({"rate": [1, 1]}), "/rate"),
            (json!({"lease_ms": 1}), "/lease_ms"),
            (json!({"max_attempts": 0}), "/max_attempts"),
            (json!({"backoff": {"kind": "list"}}), "/backoff/delays_ms"),
            (json!({"limit": 1}), "/limit"),
        ] {
            let problem = w.put("/queues/q").json(body.clone()).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        w.get("/queues/q").send().await.problem(404, "queue_not_found");
        w.put("/queues/a%20b").send().await.problem(422, "validation");
    });
}

#[test]
fn a_queue_that_is_empty_and_of_which_nothing_is_said_any_more_is_not_listed() {
    in_a_swarm(async |w| {
        w.put("/queues/q").json(json!({"concurrency": 1})).send().await.expect(201);
        let id = w.submit_id(task().queue("q").retention_ms(0)).await;
        w.cancel(&id).await.ok();
        until("the task is gone", PATIENCE, async || {
            w.get(&format!("/tasks/{id}")).send().await.status == 404
        })
        .await;
        w.put("/queues/q").send().await.expect(200);
        assert_eq!(w.get("/queues").send().await.ok()["items"], json!([]));
    });
}
