//! For how long a task is told to have been ready: since it last became so, and in a swarm that hands tasks out.

use std::time::Duration;

use serde_json::json;
use waggle_core::perf::Series;
use waggle_task_queue::model::{Status, SwarmName};
use waggle_task_queue::{SnapshotCheck, Surveyor, TaskQueue};

use crate::support::{Store, agent_claim};

const HOUR: u64 = 3_600_000;
const MOMENT: u64 = 20;

async fn oldest_ready_ms(store: &Store) -> Option<u64> {
    store.queue.swarm_stats(&store.swarm).await.unwrap().oldest_ready_ms
}

/// What a series has recorded: how often, and the most of it in milliseconds.
fn recorded(store: &Store, series: Series) -> (u64, u64) {
    let window = store.redis.perf().window(Duration::from_mins(1));
    window.histogram(series).map_or((0, 0), |values| (values.len(), values.max() / 1_000))
}

/// Ready tasks of the queue `default` beside claims that wait for it, see [`Surveyor::ready_of`].
async fn waited_for(queue: &TaskQueue, swarm: &SwarmName) -> Vec<Option<u64>> {
    let waited = [(swarm.clone(), "default".parse().unwrap())];
    let found = Surveyor::default().ready_of(queue, waited.into_iter()).await.unwrap();
    found.into_iter().map(|(_, seen)| seen.oldest_ready_ms).collect()
}

#[tokio::test]
async fn a_task_that_is_ready_again_is_told_as_ready_since_then() {
    let store = Store::start().await;
    let id = store.submit(json!({})).await;
    store.advance(HOUR);
    assert_eq!(oldest_ready_ms(&store).await, Some(HOUR));
    let (_, lease) = store.claim_one(json!({"lease_ms": 2 * HOUR})).await;
    store.advance(HOUR);
    store.release(id, lease, 0).await;
    store.advance(MOMENT);
    assert_eq!(oldest_ready_ms(&store).await, Some(MOMENT), "released");
    let (_, lease) = store.claim_one(json!({})).await;
    assert_eq!(store.fail(id, lease, false).await, Status::Failed);
    store.advance(HOUR);
    store.queue.retry(&store.swarm, id).await.unwrap();
    store.advance(MOMENT);
    assert_eq!(oldest_ready_ms(&store).await, Some(MOMENT), "retried");
}

#[tokio::test]
async fn a_pause_is_no_time_in_which_a_task_was_to_be_had() {
    let store = Store::start().await;
    store.submit(json!({})).await;
    assert_eq!(waited_for(&store.queue, &store.swarm).await, [Some(0)]);
    store.queue.pause_swarm(&store.swarm).await.unwrap();
    store.advance(HOUR);
    assert_eq!(waited_for(&store.queue, &store.swarm).await, [], "it stands still on purpose");
    store.queue.resume_swarm(&store.swarm).await.unwrap();
    store.advance(MOMENT);
    assert_eq!(waited_for(&store.queue, &store.swarm).await, [Some(MOMENT)]);
    assert_eq!(oldest_ready_ms(&store).await, Some(HOUR + MOMENT), "ready it was");
    store.claim_one(json!({})).await;
    assert_eq!(recorded(&store, Series::Queued), (1, MOMENT));
    store.submit(json!({})).await;
    store.advance(2 * MOMENT);
    store.claim_one(json!({})).await;
    let (times, most) = recorded(&store, Series::Queued);
    assert!(times == 2 && (2 * MOMENT..=3 * MOMENT).contains(&most), "{times} {most}");
    store.clean().await;
}

#[tokio::test]
async fn an_agent_that_waits_in_a_paused_swarm_is_assigned_a_task_from_its_end_on() {
    let store = Store::start().await;
    store.queue.pause_swarm(&store.swarm).await.unwrap();
    let waits = agent_claim(json!({"wait_ms": 20_000}));
    let (queue, swarm) = (store.queue.clone(), store.swarm.clone());
    let waiting = tokio::spawn(async move { queue.claim(&swarm, waits).await.unwrap() });
    while store.queue.waiting_by_queue().values().all(|claims| *claims == 0) {
        tokio::task::yield_now().await;
    }
    store.submit(json!({})).await;
    store.advance(HOUR);
    store.queue.resume_swarm(&store.swarm).await.unwrap();
    assert_eq!(waiting.await.unwrap().tasks.len(), 1);
    assert_eq!(recorded(&store, Series::TaskAssignment), (1, 0));
}

#[tokio::test]
async fn a_restored_task_was_not_to_be_had_before_the_swarm_was_open() {
    let store = Store::start().await;
    store.submit(json!({})).await;
    let (pages, mut read) = tokio::sync::mpsc::channel(100);
    store.queue.export_swarm(&store.swarm).await.unwrap().send(pages).await;
    let (mut snapshot, mut check) = (Vec::new(), SnapshotCheck::default());
    while let Some(page) = read.recv().await {
        snapshot.extend_from_slice(&page.unwrap());
    }
    check.feed(&snapshot).unwrap();

    let other = Store::start().await;
    other.advance(HOUR);
    other.queue.restore_swarm(&other.swarm, &check.finish().unwrap(), &snapshot[..]).await.unwrap();
    other.advance(MOMENT);
    assert_eq!(waited_for(&other.queue, &other.swarm).await, [Some(MOMENT)]);
    other.claim_one(json!({})).await;
    assert_eq!(recorded(&other, Series::Queued), (1, MOMENT));
    other.clean().await;
}

#[tokio::test]
async fn a_claim_finds_its_way_where_nothing_is_known_of_the_lists_of_its_queue() {
    let store = Store::start().await;
    for requires in ["a", "b"] {
        store.submit(json!({"requires": [requires]})).await;
    }
    let _: i64 = store.server.raw(&["HDEL", &store.key("q:default"), "lists"]);
    let claim = agent_claim(json!({"agent": "able", "capabilities": ["a"], "max_tasks": 3}));
    let claimed = store.queue.claim(&store.swarm, claim).await.unwrap();
    assert_eq!(claimed.tasks.len(), 1);
    store.clean().await;
}
