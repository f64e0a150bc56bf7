//! Slots of concurrency keys and time.

use serde_json::json;
use waggle_task_queue::maintenance::Custodian;

use crate::support::Store;

async fn tend(store: &Store) {
    while Custodian.run_once(&store.redis, &store.swarm).await.unwrap().tasks > 0 {}
}

#[tokio::test]
async fn whoever_was_let_in_a_moment_ago_is_not_overtaken_by_whom_the_custodian_lets_in() {
    let store = Store::start().await;
    let rules = serde_json::from_value(json!({"concurrency_per_key": 1})).unwrap();
    store.queue.put_queue(&store.swarm, &"q".parse().unwrap(), rules).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(store.submit(json!({"queue": "q", "concurrency_key": "k"})).await);
    }
    let claim = json!({"queues": ["q"]});
    let (first, lease) = store.claim_one(claim.clone()).await;
    // Nobody else fits, and the others wait from now on.
    assert!(store.claim(json!({"queues": ["q"], "max_tasks": 9})).await.is_empty());
    store.advance(5_000);
    store.complete(first, lease).await;
    tend(&store).await;
    let (second, lease) = store.claim_one(claim.clone()).await;
    assert_eq!([first, second], ids[..2]);
    store.complete(second, lease).await;
    // Nobody claims the one that was let in: after a while the next one is let in, too.
    store.advance(1_000);
    tend(&store).await;
    assert_eq!(store.claim(claim).await.len(), 1);
    store.clean().await;
}
