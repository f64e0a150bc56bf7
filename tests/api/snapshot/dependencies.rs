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

#[test]
fn tasks_that_wait_for_each_other_in_a_circle_are_refused() {
    in_a_swarm(async |w| {
        let first = w.submit_id(task().queue("a")).await;
        let mut chain = vec![first];
        for _ in 0..3 {
            let id = w.submit_id(task().depends_on(json!([chain.last()]))).await;
            chain.push(id);
        }
        let lines = body_of(&export(&w).await);
        // The second one of the chain waits for the last one.
        let at = lines.iter().position(|line| line.contains(&format!("\"id\":\"{}\"", chain[1]))).unwrap();
        let mut forged = lines.clone();
        forged[at] = lines[at].replace(&format!("[\"{}\"]", chain[0]), &format!("[\"{}\"]", chain[3]));
        assert_ne!(forged[at], lines[at]);
        let other = empty(&w).await;
        let problem = restore(&other, sealed(&forged)).await.problem(422, "broken_snapshot");
        let line = usize::try_from(problem["line"].as_u64().unwrap()).unwrap();
        assert!(
            chain[1..].iter().any(|id| forged[line - 1].contains(&format!("\"id\":\"{id}\""))),
            "{problem}"
        );
        assert!(problem["detail"].as_str().unwrap().contains("circle"), "{problem}");
        assert_eq!(other.get("/tasks/count").send().await.ok()["total"], 0);
        restore(&other, sealed(&lines)).await.ok();
        assert_sound(&other).await;
    });
}
