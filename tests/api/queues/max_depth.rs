use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{in_q, limits, take};

#[test]
fn a_queue_takes_as_many_waiting_tasks_as_its_max_depth_says_and_then_refuses() {
    in_a_swarm(async |w| {
        limits(&w, json!({"max_depth": 2})).await;
        w.submit(in_q(1)).await;
        w.submit(in_q(2).delay_ms(60_000)).await;
        let refused = w.post("/tasks").json(in_q(3)).send().await;
        assert!(!refused.header("retry-after").is_empty());
        refused.problem(429, "queue_full");
        take(&w, 1).await;
        w.submit(in_q(4)).await;
    });
}

#[test]
fn each_task_of_a_batch_counts_for_those_behind_it() {
    in_a_swarm(async |w| {
        limits(&w, json!({"max_depth": 2})).await;
        let tasks: Vec<_> = (0..4).map(|_| json!({"queue": "q"})).collect();
        let results = w.post("/tasks/batch").json(json!({"tasks": tasks})).send().await.ok();
        let statuses: Vec<_> = (0..4).map(|at| results["results"][at]["status"].clone()).collect();
        assert_eq!(statuses, [201, 201, 429, 429]);
        let submit = json!({"op": "task.submit", "task": {"queue": "q"}});
        let reply = w.post("/transactions").json(json!({"ops": [submit]})).send().await;
        assert_eq!(reply.problem(429, "queue_full")["index"], 0);
    });
}
