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
