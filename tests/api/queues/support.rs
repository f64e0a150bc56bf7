use serde_json::{Value, json};
use tokio::task::JoinHandle;
use waggle_tests::{Held, PATIENCE, Task, World, task, until};

/// Says what the limits of the queue `q` are.
pub(super) async fn limits(w: &World, limits: Value) {
    let reply = w.put("/queues/q").json(limits).send().await;
    assert!(reply.status == 200 || reply.status == 201, "{reply:?}");
}

pub(super) fn in_q(payload: impl Into<Value>) -> Task {
    task().queue("q").payload(payload)
}

/// What an agent with room for everything gets of the queue `q` right now.
pub(super) async fn take(w: &World, most: usize) -> Vec<Held> {
    w.claim_with(json!({"agent": "a", "queues": ["q"], "max_tasks": most})).await
}

/// The payloads of claimed tasks.
pub(super) fn payloads(held: &[Held]) -> Vec<Value> {
    held.iter().map(|held| held.task["payload"].clone()).collect()
}

/// A claim of the queue `q` by an agent that was not there before, when it waits.
pub(super) async fn waiting(w: &World, agent: &str) -> JoinHandle<Value> {
    let claim = json!({"agent": agent, "queues": ["q"], "wait_ms": 20_000});
    let request = w.post("/claims").json(claim).send();
    let claim = tokio::spawn(async move { request.await.ok() });
    let path = format!("/agents/{agent}");
    until("the claim is there", PATIENCE, async || w.get(&path).send().await.status == 200).await;
    claim
}
