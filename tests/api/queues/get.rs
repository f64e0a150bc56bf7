use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{in_q, limits, take};

#[test]
fn a_queue_counts_its_tasks_and_knows_since_when_the_oldest_waits() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(in_q)).await;
        w.submit(in_q(3).delay_ms(60_000)).await;
        take(&w, 1).await;
        let queue = w.get("/queues/q").send().await.ok();
        let tasks = &queue["tasks"];
        assert_eq!(
            (&tasks["ready"], &tasks["running"], &tasks["scheduled"]),
            (&json!(2), &json!(1), &json!(1))
        );
        assert!(queue["oldest_ready_ms"].is_u64(), "{queue}");
    });
}

#[test]
fn a_queue_tells_what_the_holders_of_its_tasks_have_used_up() {
    in_a_swarm(async |w| {
        w.submit_many((0..2).map(in_q)).await;
        let held = take(&w, 2).await;
        w.heartbeat(&held[0], json!({"usage": {"tokens": 5, "wall_ms": 7}})).await.ok();
        let complete = json!({"lease": held[1].token, "result": 1, "usage": {"tokens": 2, "usd_micros": 3}});
        w.on(&held[1].id, "complete", complete).await.ok();
        let queue = w.get("/queues/q").send().await.ok();
        assert_eq!(queue["usage"], json!({"tokens": 7, "usd_micros": 3, "wall_ms": 7}));
    });
}

#[test]
fn a_task_that_waits_for_a_slot_is_ready_and_counts_as_the_oldest() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        w.submit_many((0..2).map(|n| in_q(n).with("concurrency_key", "k"))).await;
        assert_eq!(take(&w, 9).await.len(), 1);
        let queue = w.get("/queues/q").send().await.ok();
        assert_eq!(queue["tasks"]["ready"], 1);
        assert!(queue["oldest_ready_ms"].is_u64(), "{queue}");
        assert_eq!(w.list("ready").await.len(), 1, "and it is listed");
    });
}
