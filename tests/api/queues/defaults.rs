use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{in_q, limits, take};

#[test]
fn a_task_is_what_its_queue_says_unless_it_says_so_itself() {
    in_a_swarm(async |w| {
        limits(&w, json!({"lease_ms": 60_000, "max_attempts": 1, "retention_ms": 100_000})).await;
        let plain = w.submit(in_q(1)).await;
        let own = w.submit(in_q(2).max_attempts(3).lease_ms(1_000)).await;
        assert_eq!((&plain["max_attempts"], &own["max_attempts"]), (&json!(1), &json!(3)));
        assert_eq!(w.task(plain["id"].as_str().unwrap()).await["max_attempts"], 1);
        let held = take(&w, 2).await;
        let lease = |at: usize| held[at].task["lease"]["expires_at"].as_str().unwrap().to_owned();
        assert!(lease(0) > lease(1), "{} and {}", lease(0), lease(1));
        assert_eq!(w.fail(&held[0]).await.ok()["status"], "failed");
        assert_eq!(w.fail(&held[1]).await.ok()["status"], "scheduled");
    });
}

#[test]
fn what_a_task_says_stays_its_own_even_where_it_is_the_usual() {
    in_a_swarm(async |w| {
        limits(&w, json!({"max_attempts": 9})).await;
        assert_eq!(w.submit(in_q(1).max_attempts(3)).await["max_attempts"], 3);
        assert_eq!(w.submit(task()).await["max_attempts"], 3, "other queues are not concerned");
        let submit = json!({"op": "task.submit", "task": {"queue": "q"}});
        let applied = w.post("/transactions").json(json!({"ops": [submit]})).send().await.ok();
        assert_eq!(applied["results"][0]["max_attempts"], 9);
    });
}
