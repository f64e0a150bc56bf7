//! What the trace of a task is told of an attempt, whatever has become of it since.

use serde_json::json;
use waggle_task_queue::Attempt;
use waggle_task_queue::maintenance::Promoter;
use waggle_task_queue::model::{OutcomeKind, Stamp, TaskId};

use crate::support::{Store, new_task};

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn submit(store: &Store) -> TaskId {
    let mut task = new_task(json!({"queue": "q", "tags": ["t"], "metadata": {"traceparent": "00-1-1-01"}}));
    task.traceparent = Some(TRACEPARENT.to_owned());
    store.queue.submit(&store.swarm, task, None).await.unwrap().task.id
}

async fn trace(store: &Store, id: TaskId, token: &str) -> Option<Attempt> {
    let mut attempts = store.queue.trace(&store.swarm, &[(id, token.to_owned())]).await.unwrap();
    assert_eq!(attempts.len(), 1);
    attempts.remove(0)
}

#[tokio::test]
async fn an_attempt_is_told_alike_before_and_after_its_outcome() {
    let store = Store::start().await;
    let id = submit(&store).await;
    let rounds = [(1, OutcomeKind::Release), (1, OutcomeKind::Fail), (2, OutcomeKind::Complete)];
    for (number, outcome) in rounds {
        let (_, token) = store.claim_one(json!({"queues": ["q"]})).await;
        let before = trace(&store, id, &token).await.unwrap();
        assert_eq!((before.attempt, before.queue.as_str(), before.agent.as_str()), (number, "q", "a"));
        assert_eq!((before.traceparent.as_str(), before.started_at > Stamp(0)), (TRACEPARENT, true));
        match outcome {
            OutcomeKind::Complete => store.complete(id, token.clone()).await,
            OutcomeKind::Release => drop(store.release(id, token.clone(), 0).await),
            OutcomeKind::Fail => drop(store.fail(id, token.clone(), true).await),
        }
        assert_eq!(trace(&store, id, &token).await, Some(before));
        store.advance(60_000);
        Promoter.run_once(&store.redis, &store.swarm).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_that_is_not_the_last_one_and_a_task_without_a_context_are_told_nothing_of() {
    let store = Store::start().await;
    let id = submit(&store).await;
    let (_, first) = store.claim_one(json!({"queues": ["q"]})).await;
    store.release(id, first.clone(), 0).await;
    store.claim_one(json!({"queues": ["q"]})).await;
    assert_eq!(trace(&store, id, &first).await, None);
    let plain = store.submit(json!({})).await;
    let (_, token) = store.claim_one(json!({})).await;
    assert_eq!(trace(&store, plain, &token).await, None);
    assert_eq!(trace(&store, TaskId::new(), &token).await, None);
    assert_eq!(store.queue.trace(&store.swarm, &[]).await.unwrap(), []);
}
