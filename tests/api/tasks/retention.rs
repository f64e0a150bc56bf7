use serde_json::{Value, json};
use waggle_tests::{PATIENCE, in_a_swarm, task, until};

#[test]
fn a_finished_task_is_forgotten_when_its_retention_ends() {
    in_a_swarm(async |w| {
        w.submit_many(
            (0..3).map(|n| task().payload("x".repeat(2_000)).with("type", format!("t{n}")).retention_ms(200)),
        )
        .await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3})).await;
        w.heartbeat(&held[0], json!({"progress": "p"})).await.ok();
        w.complete(&held[0], "r").await.ok();
        w.fail_with(&held[1], json!({"retryable": false})).await.ok();
        w.cancel(&held[2].id).await.ok();
        w.release(&held[2]).await.ok();
        for held in &held {
            until("the task is gone", PATIENCE, async || {
                w.get(&format!("/tasks/{}", held.id)).send().await.status == 404
            })
            .await;
            w.get(&format!("/tasks/{}", held.id)).send().await.problem(404, "task_not_found");
            w.retry(&held.id).await.problem(404, "task_not_found");
            w.complete(held, Value::Null).await.problem(404, "task_not_found");
        }
        assert!(w.pages("").await.is_empty());
    });
}

#[test]
fn nothing_but_the_counts_is_left_of_a_forgotten_task() {
    in_a_swarm(async |w| {
        let keys = |w: &waggle_tests::World| -> usize {
            let found: Vec<Vec<String>> = w.service().redis(&format!("KEYS wg:{{{}}}:*", w.swarm()));
            // Of its rates a swarm keeps samples whatever becomes of its tasks.
            found.iter().flatten().filter(|key| !key.ends_with(":samples")).count()
        };
        w.submit(task().retention_ms(0).dedup_key("first")).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        until("the first is gone", PATIENCE, async || w.pages("").await.is_empty()).await;
        let after_one = keys(&w);
        for n in 0..10 {
            w.submit(task().retention_ms(0).dedup_key(format!("d{n}")).payload(n)).await;
            let held = w.claim_one("a").await;
            w.heartbeat(&held, json!({"progress": 1})).await.ok();
            w.fail_with(&held, json!({"retryable": false})).await.ok();
        }
        until("all are gone", PATIENCE, async || w.pages("").await.is_empty()).await;
        assert_eq!(keys(&w), after_one);
    });
}

#[test]
fn a_task_stays_readable_for_as_long_as_it_was_asked_to() {
    in_a_swarm(async |w| {
        w.submit_many([task().retention_ms(100), task().retention_ms(60_000)]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        for held in &held {
            w.complete(held, 1).await.ok();
        }
        let gone = async || w.get(&format!("/tasks/{}", held[0].id)).send().await.status == 404;
        until("the short one is gone", PATIENCE, gone).await;
        assert_eq!(w.status(&held[1].id).await, "completed");
    });
}

#[test]
fn a_retried_task_is_not_forgotten_by_its_old_retention() {
    in_a_swarm(async |w| {
        let id = w.failed_task(task().retention_ms(1_500)).await;
        w.retry(&id).await.ok();
        let other = w.failed_task(task().queue("default").retention_ms(1_600).priority(9)).await;
        let gone = async || w.get(&format!("/tasks/{other}")).send().await.status == 404;
        until("what finished at the same time is gone", PATIENCE, gone).await;
        assert_eq!(w.status(&id).await, "ready");
    });
}
