use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{in_q, take};

#[test]
fn a_draining_queue_takes_nothing_in_and_hands_out_what_it_has() {
    in_a_swarm(async |w| {
        w.submit(in_q(1)).await;
        assert_eq!(w.post("/queues/q/drain").send().await.ok()["draining"], true);
        w.post("/tasks").json(in_q(2)).send().await.problem(409, "queue_draining");
        let batch = w.post("/tasks/batch").json(json!({"tasks": [{"queue": "q"}, {"queue": "other"}]}));
        let results = batch.send().await.ok();
        assert_eq!(results["results"][0]["problem"]["code"], "queue_draining");
        assert_eq!(results["results"][1]["status"], 201);
        let held = take(&w, 9).await;
        assert_eq!(held.len(), 1);
        w.release(&held[0]).await.ok();
        assert_eq!(take(&w, 9).await.len(), 1, "what comes back is handed out again");
        w.post("/queues/q/resume").send().await.ok();
        w.submit(in_q(3)).await;
    });
}
