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

/// Where one task may run at a time: however somebody ends it, the next one may be claimed at once, before the server
/// looks for slots on its own.
pub(super) async fn assert_freed_at_once(w: &World, new: impl Fn(u64) -> Task) {
    w.submit_many((0..12).map(new)).await;
    let mut held = take(w, 1).await.remove(0);
    for end in
        ["complete", "fail", "fail for good", "release", "put off", "cancel", "ask", "delete the agent"]
    {
        assert!(take(w, 9).await.is_empty(), "before {end}");
        match end {
            "complete" => drop(w.complete(&held, 1).await.ok()),
            "fail" => drop(w.fail_with(&held, json!({"retry_after_ms": 600_000})).await.ok()),
            "fail for good" => drop(w.fail_with(&held, json!({"retryable": false})).await.ok()),
            "release" => drop(w.release(&held).await.ok()),
            "put off" => {
                let later = json!({"lease": held.token, "delay_ms": 600_000});
                w.on(&held.id, "release", later).await.ok();
            }
            "cancel" => {
                w.cancel(&held.id).await.ok();
                w.release(&held).await.ok();
            }
            "ask" => {
                let question = json!({"lease": held.token, "prompt": "go on?"});
                w.on(&held.id, "input-request", question).await.ok();
            }
            _ => drop(w.delete("/agents/a").send().await.expect(204)),
        }
        held = take(w, 1).await.pop().unwrap_or_else(|| panic!("nothing to claim after {end}"));
    }
}
