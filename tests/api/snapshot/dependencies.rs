use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{assert_sound, body_of, empty, export, restore, sealed};

#[test]
fn restored_tasks_wait_for_what_has_not_finished() {
    in_a_swarm(async |w| {
        let a = w.submit_id(task().queue("a")).await;
        let b = w.submit_id(task().queue("b")).await;
        let missing = w.submit_id(task().queue("c")).await;
        let both = w.submit_id(task().depends_on(json!([a, b]))).await;
        let alone = w.submit_id(task().depends_on(json!([missing]))).await;
        let lines: Vec<_> = body_of(&export(&w).await)
            .into_iter()
            .filter(|line| !line.contains(&format!("\"id\":\"{missing}\"")))
            .collect();
        let other = empty(&w).await;
        restore(&other, sealed(&lines)).await.ok();
        other.until_status(&alone, "ready").await;
        assert_eq!(other.status(&both).await, "blocked");
        for queue in ["a", "b"] {
            assert_eq!(other.status(&both).await, "blocked");
            let held = other.claim_with(json!({"agent": "x", "queues": [queue]})).await.remove(0);
            other.complete(&held, 1).await.ok();
        }
        other.until_status(&both, "ready").await;
        assert_sound(&other).await;
    });
}
