use serde_json::json;
use waggle_tests::{in_a_swarm, task};

#[test]
fn a_purge_deletes_what_waits_and_leaves_what_runs_or_has_finished() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task().queue("default")).await;
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let gone = [
            w.submit_id(task()).await,
            w.submit_id(task().priority(9).dedup_key("k")).await,
            w.submit_id(task().requires(json!(["x"])).with("type", "t")).await,
            w.submit_id(task().agent("b").with("tags", json!(["g"]))).await,
            w.submit_id(task().delay_ms(600_000)).await,
        ];
        let other = w.submit_id(task().queue("other").delay_ms(600_000)).await;
        let answer = w.post("/queues/default/purge").send().await.ok();
        assert_eq!(answer, json!({"purged": 5, "more": false}));
        for id in &gone {
            w.get(&format!("/tasks/{id}")).send().await.problem(404, "task_not_found");
        }
        assert_eq!(
            (w.status(&failed).await, w.status(&held.id).await, w.status(&other).await),
            ("failed".to_owned(), "running".to_owned(), "scheduled".to_owned())
        );
        w.complete(&held, 1).await.ok();
        assert!(w.claim_with(json!({"agent": "b", "capabilities": ["x"]})).await.is_empty());
        // Its deduplication key is free.
        w.submit(task().dedup_key("k")).await;
    });
}

#[test]
fn an_unknown_queue_has_nothing_to_purge() {
    in_a_swarm(async |w| {
        let answer = w.post("/queues/nowhere/purge").send().await.ok();
        assert_eq!(answer, json!({"purged": 0, "more": false}));
        let problem = w.post("/queues/a%2Fb/purge").send().await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/queue");
    });
}

#[test]
fn a_long_queue_with_tombstones_is_purged_to_its_last_task() {
    in_a_swarm(async |w| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.extend(w.submit_many((0..1_000).map(|_| task().queue("long"))).await);
        }
        for id in &ids[1_400..1_420] {
            w.cancel(id).await.ok();
        }
        w.submit_many((0..450).map(|_| task().queue("noise").delay_ms(600_000))).await;
        w.submit_many((0..30).map(|_| task().queue("long").delay_ms(900_000))).await;
        let answer = w.post("/queues/long/purge").send().await.ok();
        assert_eq!(answer, json!({"purged": 3_010, "more": false}));
        let count = w.get("/tasks/count?queue=long").send().await.ok();
        assert_eq!((&count["total"], &count["by_status"]["cancelled"]), (&json!(20), &json!(20)));
        assert_eq!(w.get("/tasks/count?status=scheduled").send().await.ok()["total"], 450);
    });
}
