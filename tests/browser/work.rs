//! Something to look at: tasks that were done, failed, run and wait, and agents.

use serde_json::json;
use waggle_tests::{Held, World, task};

/// Bytes that compression has something to do with.
const LARGE: usize = 4_096;
const DONE: usize = 40;

/// Work of all kinds in the swarm; what runs is returned.
pub(crate) async fn some_work(w: &World) -> Held {
    for agent in ["alice", "bob", "carol"] {
        w.put(&format!("/agents/{agent}")).json(json!({ "capacity": 8 })).send().await.expect(201);
    }
    for number in 0..DONE {
        // The agent waits before the task is there: that is what assignment measures.
        let claim = w.claim_with(json!({ "agent": "alice", "wait_ms": 10_000 }));
        let submit = w.submit(task().payload("x".repeat(LARGE)).with("type", format!("chapter {number}")));
        let (mut held, _) = tokio::join!(claim, submit);
        w.complete(&held.remove(0), "done").await.ok();
    }
    w.failed_task(task().with("type", "translate").retention_ms(600_000)).await;
    w.submit_id(task().with("type", "long work")).await;
    let held = w.claim_one("bob").await;
    w.heartbeat(&held, json!({ "progress": { "pages": 12 } })).await.ok();
    for queue in ["drafts", "reviews"] {
        w.submit_many((0..5).map(|_| task().queue(queue).with("type", "wait"))).await;
    }
    held
}
