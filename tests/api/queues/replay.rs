use serde_json::json;
use waggle_tests::{in_a_swarm, task};

#[test]
fn a_replay_makes_the_failed_tasks_of_its_queue_ready() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..150).map(|_| task())).await;
        for n in 0..2 {
            for held in w.claim_with(json!({"agent": format!("a{n}"), "max_tasks": 75})).await {
                w.fail_with(&held, json!({"retryable": false})).await.ok();
            }
        }
        let cancelled = w.submit_id(task()).await;
        w.cancel(&cancelled).await.ok();
        w.submit(task().queue("other")).await;
        let held = w.claim_with(json!({"agent": "b", "queues": ["other"]})).await.remove(0);
        w.fail_with(&held, json!({"retryable": false})).await.ok();
        let answer = w.post("/queues/default/replay").send().await.ok();
        assert_eq!(answer, json!({"replayed": 150, "more": false}));
        for id in &ids {
            assert_eq!(w.status(id).await, "ready");
        }
        assert_eq!(
            (w.status(&held.id).await.as_str(), w.status(&cancelled).await.as_str()),
            ("failed", "cancelled")
        );
        assert_eq!(w.post("/queues/default/replay").send().await.ok()["replayed"], 0);
        assert_eq!(w.post("/queues/nowhere/replay").send().await.ok()["replayed"], 0);
    });
}

#[test]
fn one_whose_deduplication_key_is_taken_stays_failed() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task().dedup_key("k")).await;
        w.submit(task().dedup_key("k")).await;
        assert_eq!(w.post("/queues/default/replay").send().await.ok()["replayed"], 0);
        assert_eq!(w.status(&failed).await, "failed");
    });
}
