use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

#[test]
fn a_batch_is_answered_item_by_item_in_its_order() {
    in_a_swarm(async |w| {
        let tasks: Vec<Value> = (0..10).map(|n| task().payload(n).into()).collect();
        let answer = w.post("/tasks/batch").json(json!({ "tasks": tasks })).send().await.ok();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.len(), 10);
        for (index, result) in results.iter().enumerate() {
            assert_eq!((&result["index"], &result["status"]), (&json!(index), &json!(201)));
            assert_eq!(w.task(result["id"].as_str().unwrap()).await["payload"], index);
        }
    });
}

#[test]
fn a_bad_item_never_spoils_the_others() {
    in_a_swarm(async |w| {
        let body = json!({"tasks": [
            {"payload": 0}, {"priority": 10}, {"payload": 2}, {"typo": 1}, 7, {"queue": "a b"}, {"payload": 6}
        ]});
        let answer = w.post("/tasks/batch").json(body).send().await.ok();
        let statuses: Vec<_> =
            answer["results"].as_array().unwrap().iter().map(|r| r["status"].clone()).collect();
        assert_eq!(statuses, [201, 422, 201, 422, 422, 422, 201]);
        for (index, pointer) in
            [(1, "/tasks/1/priority"), (3, "/tasks/3/typo"), (4, "/tasks/4"), (5, "/tasks/5/queue")]
        {
            let result = &answer["results"][index];
            assert_eq!(result["problem"]["errors"][0]["pointer"], pointer, "{result}");
            assert_eq!((&result["problem"]["code"], result.get("id")), (&json!("validation"), None));
        }
        assert_eq!(w.list("ready").await.len(), 3);
    });
}

#[test]
fn the_items_of_a_batch_are_handed_out_in_its_order() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..50).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 100})).await;
        assert_eq!(held.into_iter().map(|held| held.id).collect::<Vec<_>>(), ids);
    });
}

#[test]
fn a_thousand_tasks_are_one_batch_and_one_more_is_too_many() {
    in_a_swarm(async |w| {
        assert_eq!(w.submit_many((0..1_000).map(|_| task())).await.len(), 1_000);
        let body = json!({"tasks": vec![json!({}); 1_001]});
        w.post("/tasks/batch").json(body).send().await.problem(413, "too_large");
        assert_eq!(w.list("ready").await.len(), 1_000);
    });
}

#[test]
fn an_empty_batch_is_answered_with_no_results() {
    in_a_swarm(async |w| {
        let answer = w.post("/tasks/batch").json(json!({"tasks": []})).send().await.ok();
        assert_eq!(answer, json!({"results": []}));
    });
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    in_a_swarm(async |w| {
        for (body, pointer) in
            [(json!({}), "/tasks"), (json!({"tasks": 1}), "/tasks"), (json!({"tasks": [], "x": 1}), "/x")]
        {
            let problem = w.post("/tasks/batch").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
    });
}

#[test]
fn duplicates_within_a_batch_become_one_task() {
    in_a_swarm(async |w| {
        let tasks =
            [task().dedup_key("k"), task().dedup_key("k"), task().dedup_key("other")].map(Value::from);
        let answer = w.post("/tasks/batch").json(json!({ "tasks": tasks })).send().await.ok();
        let results = answer["results"].as_array().unwrap();
        assert_eq!(results.iter().map(|r| r["status"].clone()).collect::<Vec<_>>(), [201, 200, 201]);
        assert_eq!(results[0]["id"], results[1]["id"]);
        assert_eq!(w.list("ready").await.len(), 2);
    });
}

#[test]
fn the_same_key_and_batch_are_answered_alike_and_make_no_more_tasks() {
    in_a_swarm(async |w| {
        let body = json!({"tasks": [{"payload": 1}, {"priority": 99}, {"payload": 3, "delay_ms": 60_000}]});
        let send =
            async || w.post("/tasks/batch").header("idempotency-key", "b1").json(body.clone()).send().await;
        let (first, second) = (send().await, send().await);
        assert_eq!(first.header("idempotency-replayed"), "");
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(first.ok(), second.ok());
        assert_eq!(w.pages("").await.len(), 2);
        let other =
            w.post("/tasks/batch").header("idempotency-key", "b1").json(json!({"tasks": []})).send().await;
        other.problem(422, "idempotency_mismatch");
    });
}

#[test]
fn a_batch_that_is_more_than_one_call_has_one_key_even_where_a_call_takes_nothing_in() {
    in_a_swarm(async |w| {
        // Tasks with tags weigh more than a call bears; those of the first call name a parent that is not there.
        let tags: Vec<_> = (0..10).map(|n| format!("t{n}")).collect();
        let orphan = json!({"parent": "01a22427-de20-7375-8747-d216f10a2715", "tags": tags});
        let mut tasks = vec![orphan; 100];
        tasks.extend(vec![json!({"payload": 1}); 100]);
        let body = json!({"tasks": tasks});
        let send = async |body: &Value| {
            w.post("/tasks/batch").header("idempotency-key", "b1").json(body.clone()).send().await
        };
        let (first, second) = (send(&body).await, send(&body).await);
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(first.ok(), second.ok());
        send(&json!({"tasks": [{"payload": 2}]})).await.problem(422, "idempotency_mismatch");
        assert_eq!(w.list("ready").await.len(), 100);
    });
}

#[test]
fn large_payloads_travel_in_a_batch_as_well() {
    in_a_swarm(async |w| {
        let large = "y".repeat(90_000);
        let ids = w.submit_many((0..10).map(|n| task().payload(json!({"n": n, "large": large})))).await;
        for (n, id) in ids.iter().enumerate() {
            let task = w.task(id).await;
            assert_eq!((&task["payload"]["n"], &task["payload"]["large"]), (&json!(n), &json!(large)));
        }
    });
}
