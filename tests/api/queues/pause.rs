use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{in_q, take};

#[test]
fn a_paused_queue_hands_nothing_out_and_others_do() {
    in_a_swarm(async |w| {
        w.submit(in_q(1)).await;
        w.submit(in_q(2).queue("other")).await;
        let paused = w.post("/queues/q/pause").send().await.ok();
        assert_eq!((&paused["paused"], &paused["draining"]), (&json!(true), &json!(false)));
        let held = w.claim_with(json!({"agent": "a", "queues": ["q", "other"], "max_tasks": 9})).await;
        assert_eq!((held.len(), &held[0].task["payload"]), (1, &json!(2)));
        w.submit(in_q(3)).await;
        assert_eq!(take(&w, 9).await.len(), 0);
    });
}

#[test]
fn settings_outlive_a_pause_and_a_pause_outlives_new_settings() {
    in_a_swarm(async |w| {
        w.put("/queues/q").json(json!({"concurrency": 3})).send().await.expect(201);
        w.post("/queues/q/pause").send().await.ok();
        let put = w.put("/queues/q").json(json!({"concurrency": 4})).send().await.expect(200);
        assert_eq!((&put["paused"], &put["settings"]["concurrency"]), (&json!(true), &json!(4)));
        let resumed = w.post("/queues/q/resume").send().await.ok();
        assert_eq!((&resumed["paused"], &resumed["settings"]["concurrency"]), (&json!(false), &json!(4)));
    });
}
