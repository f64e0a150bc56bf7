use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

#[test]
fn a_failed_and_a_cancelled_task_are_ready_again() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task()).await;
        let cancelled = w.submit_id(task()).await;
        w.cancel(&cancelled).await.ok();
        for id in [&failed, &cancelled] {
            assert_eq!(w.retry(id).await.ok(), json!({"id": id, "status": "ready"}));
            let task = w.task(id).await;
            assert_eq!((&task["status"], &task["attempt"]), (&json!("ready"), &json!(0)));
            assert_eq!((&task["finished_at"], &task["cancel_requested"]), (&Value::Null, &json!(false)));
        }
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 9})).await;
        assert!(held.len() == 2 && held.iter().all(|held| held.attempt == 1));
    });
}

#[test]
fn attempts_start_again_from_0_and_the_fence_goes_on_rising() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(2)).await;
        let mut last = 0;
        for _ in 0..3 {
            for attempt in 1..=2 {
                let held = w.claim_one("a").await;
                assert_eq!(held.attempt, attempt);
                assert!(held.fence() > last);
                last = held.fence();
                w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
            }
            assert_eq!(w.status(&id).await, "failed");
            w.retry(&id).await.ok();
        }
    });
}

#[test]
fn only_a_failed_or_cancelled_task_can_be_retried() {
    in_a_swarm(async |w| {
        let ready = w.submit_id(task()).await;
        w.retry(&ready).await.problem(409, "wrong_state");
        let held = w.claim_one("a").await;
        w.retry(&ready).await.problem(409, "wrong_state");
        w.complete(&held, 1).await.ok();
        w.retry(&ready).await.problem(409, "wrong_state");
        let scheduled = w.submit_id(task().delay_ms(60_000)).await;
        w.retry(&scheduled).await.problem(409, "wrong_state");
        w.retry("0193a0de-0000-7000-8000-000000000000").await.problem(404, "task_not_found");
    });
}

#[test]
fn the_token_from_before_the_retry_is_worth_nothing() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let old = w.claim_one("a").await;
        w.fail_with(&old, json!({"retryable": false})).await.ok();
        w.retry(&old.id).await.ok();
        w.fail_with(&old, json!({"retryable": false})).await.problem(409, "lease_lost");
        w.complete(&old, 1).await.problem(409, "lease_lost");
        let new = w.claim_one("a").await;
        w.complete(&old, 1).await.problem(409, "lease_lost");
        w.complete(&new, 2).await.ok();
    });
}

#[test]
fn a_request_to_stop_is_forgotten_with_the_retry() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        w.release(&held).await.ok();
        w.retry(&held.id).await.ok();
        let held = w.claim_one("a").await;
        assert_eq!(held.task["cancel_requested"], false);
        assert_eq!(w.heartbeat(&held, json!({})).await.ok()["cancel_requested"], false);
        assert_eq!(w.release(&held).await.ok()["status"], "ready");
    });
}

#[test]
fn a_retried_task_waits_in_its_own_queue_under_its_own_conditions() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().queue("q").agent("mine").requires(json!(["x"])).priority(2)).await;
        w.cancel(&id).await.ok();
        w.retry(&id).await.ok();
        assert!(w.claim_with(json!({"agent": "mine", "queues": ["q"]})).await.is_empty());
        assert!(
            w.claim_with(json!({"agent": "other", "queues": ["q"], "capabilities": ["x"]})).await.is_empty()
        );
        assert_eq!(
            w.claim_with(json!({"agent": "mine", "queues": ["q"], "capabilities": ["x"]})).await[0].id,
            id
        );
    });
}

#[test]
fn a_task_that_was_scheduled_when_it_was_cancelled_is_ready_after_its_retry() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().delay_ms(3_600_000)).await;
        w.cancel(&id).await.ok();
        w.retry(&id).await.ok();
        assert_eq!(w.status(&id).await, "ready");
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

/// A task that waits for another one; both have failed.
async fn failed_together(w: &waggle_tests::World) -> [String; 2] {
    let first = w.submit_id(task().queue("first")).await;
    let then = w.submit_id(task().depends_on(json!([first]))).await;
    let held = w.claim_with(json!({"agent": "a", "queues": ["first"]})).await.remove(0);
    w.fail_with(&held, json!({"retryable": false})).await.ok();
    assert_eq!(w.status(&then).await, "failed");
    [first, then]
}

async fn complete_one(w: &waggle_tests::World, queue: &str) -> String {
    let held = w.claim_with(json!({"agent": "a", "queues": [queue]})).await.remove(0);
    w.complete(&held, "done").await.ok();
    held.id
}

#[test]
fn a_retried_task_waits_again_for_what_was_retried_before_it() {
    in_a_swarm(async |w| {
        for round in 0..3 {
            let [first, then] = failed_together(&w).await;
            w.retry(&first).await.ok();
            assert_eq!(w.retry(&then).await.ok(), json!({"id": then, "status": "blocked"}));
            // What is left behind in the lists of others may count once at most.
            for _ in 0..round {
                w.cancel(&then).await.ok();
                w.retry(&then).await.ok();
            }
            let task = w.task(&then).await;
            assert_eq!((&task["status"], &task["error"]), (&json!("blocked"), &Value::Null));
            assert!(w.claim("a").await.is_empty());
            assert_eq!(complete_one(&w, "first").await, first);
            assert_eq!(complete_one(&w, "default").await, then);
        }
    });
}

#[test]
fn what_a_retried_task_waits_for_may_fail_again() {
    in_a_swarm(async |w| {
        let [first, then] = failed_together(&w).await;
        w.retry(&first).await.ok();
        w.retry(&then).await.ok();
        w.cancel(&first).await.ok();
        let task = w.task(&then).await;
        assert_eq!(
            (&task["status"], &task["error"]["kind"]),
            (&json!("failed"), &json!("dependency_failed"))
        );
    });
}

#[test]
fn a_dependency_that_is_still_failed_or_gone_is_no_obstacle_to_a_retry() {
    in_a_swarm(async |w| {
        let [_, then] = failed_together(&w).await;
        assert_eq!(w.retry(&then).await.ok()["status"], "ready");
        complete_one(&w, "default").await;
        let [first, then] = failed_together(&w).await;
        w.post("/tasks/actions")
            .json(json!({"action": "delete", "filter": {"queue": "first", "status": "failed"}}))
            .send()
            .await
            .ok();
        assert_eq!(w.get(&format!("/tasks/{first}")).send().await.status, 404);
        assert_eq!(w.retry(&then).await.ok()["status"], "ready");
    });
}

#[test]
fn one_that_gave_up_while_another_dependency_goes_on_waits_for_each_of_them_once() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..3).map(|n| task().queue("first").payload(n))).await;
        let then = w.submit_id(task().depends_on(json!(ids))).await;
        for _ in 0..3 {
            w.cancel(&then).await.ok();
            assert_eq!(w.retry(&then).await.ok()["status"], "blocked");
        }
        for id in &ids {
            assert_eq!(w.status(&then).await, "blocked");
            assert_eq!(complete_one(&w, "first").await, *id);
        }
        assert_eq!(w.status(&then).await, "ready");
    });
}

/// More than are cleared away of what a task leaves behind: the entries under which it stood before count for nothing.
#[test]
fn what_stays_behind_in_a_long_list_counts_for_nothing() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..2).map(|n| task().queue("first").payload(n))).await;
        let then = w.submit_id(task().depends_on(json!(ids))).await;
        w.submit_many((0..250).map(|n| task().queue("many").payload(n).depends_on(json!([ids[0]])))).await;
        for _ in 0..3 {
            w.cancel(&then).await.ok();
            w.retry(&then).await.ok();
        }
        complete_one(&w, "first").await;
        assert_eq!(w.get("/tasks/count?queue=many").send().await.ok()["total"], 250);
        w.until_status(&ids[0], "completed").await;
        waggle_tests::until("all have heard", waggle_tests::PATIENCE, async || {
            w.get("/tasks/count?queue=many&status=ready").send().await.ok()["total"] == 250
        })
        .await;
        assert_eq!(w.status(&then).await, "blocked");
        complete_one(&w, "first").await;
        assert_eq!(w.status(&then).await, "ready");
    });
}

#[test]
fn text_that_looks_like_dependencies_is_none() {
    in_a_swarm(async |w| {
        let other = w.submit_id(task().queue("other")).await;
        let named = json!({"depends_on": [other], "x": {"depends_on": [other]}});
        let plain = w.submit_id(task().with("metadata", named.clone())).await;
        let first = w.submit_id(task().queue("first")).await;
        let then = w.submit_id(task().with("metadata", named).depends_on(json!([first]))).await;
        for id in [&plain, &then] {
            w.cancel(id).await.ok();
        }
        assert_eq!(w.retry(&plain).await.ok()["status"], "ready");
        assert_eq!(w.retry(&then).await.ok()["status"], "blocked");
        complete_one(&w, "first").await;
        assert_eq!(w.status(&then).await, "ready");
    });
}

#[test]
fn a_thousand_dependencies_are_waited_for_again() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..1_000).map(|n| task().queue("first").payload(n))).await;
        let traced = w
            .post("/tasks")
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .json(task().depends_on(json!(ids)).with("metadata", json!({"x": "y".repeat(2_000)})))
            .send()
            .await
            .expect(201);
        let then = traced["id"].as_str().unwrap();
        w.cancel(then).await.ok();
        assert_eq!(w.retry(then).await.ok()["status"], "blocked");
        for _ in 0..10 {
            let held = w.claim_with(json!({"agent": "a", "queues": ["first"], "max_tasks": 100})).await;
            assert_eq!(w.status(then).await, "blocked");
            let outcomes: Vec<_> = held
                .iter()
                .map(|held| json!({"id": held.id, "lease": held.token, "outcome": "complete"}))
                .collect();
            w.post("/settlements").json(json!({"agent": "a", "outcomes": outcomes})).send().await.ok();
        }
        assert_eq!(w.status(then).await, "ready");
    });
}

#[test]
fn a_chain_that_is_retried_together_runs_in_its_order() {
    in_a_swarm(async |w| {
        for filter in [json!({"status": "failed"}), json!({"status": "failed", "tag": "t"}), Value::Null] {
            let mut chain = vec![w.submit_id(task().queue("c").with("tags", json!(["t"]))).await];
            for _ in 0..250 {
                let last = chain.last().unwrap();
                chain.push(
                    w.submit_id(task().queue("c").with("tags", json!(["t"])).depends_on(json!([last]))).await,
                );
            }
            let held = w.claim_with(json!({"agent": "a", "queues": ["c"]})).await.remove(0);
            w.fail_with(&held, json!({"retryable": false})).await.ok();
            w.until_status(chain.last().unwrap(), "failed").await;
            let body = json!({"action": "retry", "filter": filter});
            match filter {
                Value::Null => drop(w.post("/queues/c/replay").send().await.ok()),
                _ => assert_eq!(w.post("/tasks/actions").json(body).send().await.ok()["changed"], 251),
            }
            let count = w.get("/tasks/count?queue=c").send().await.ok();
            assert_eq!(
                (&count["by_status"]["ready"], &count["by_status"]["blocked"]),
                (&json!(1), &json!(250))
            );
            assert_eq!(w.cancel(&chain[0]).await.ok()["status"], "cancelled");
            w.post("/tasks/actions")
                .json(json!({"action": "delete", "filter": {"queue": "c"}}))
                .send()
                .await
                .ok();
        }
    });
}
