//! What belongs to tasks that wait for others, and to sums of usage: each check sees what it is for, and nothing else is
//! found.

use serde_json::json;
use waggle_task_queue::audit::Check;
use waggle_task_queue::model::{Action, Heartbeat, TaskFilter, TaskId};

use crate::support::Store;

async fn finds(store: &Store, write: &[&str], expected: &[(Check, &str)]) {
    store.set(write);
    let found = store.findings().await;
    let found: Vec<_> = found.iter().map(|(check, subject)| (*check, subject.as_str())).collect();
    assert_eq!(found, expected, "after {write:?}");
}

/// Two tasks, and one that waits for both.
async fn waiting() -> (Store, [String; 3]) {
    let store = Store::start().await;
    let (a, b) = (store.submit(json!({})).await, store.submit(json!({})).await);
    let waits = store.submit(json!({"depends_on": [a, b]})).await;
    store.clean().await;
    (store, [a, b, waits].map(|id| id.to_string()))
}

#[tokio::test]
async fn a_blocked_task_that_waits_for_more_than_have_it_in_their_lists() {
    let (store, [a, _, waits]) = waiting().await;
    let list = format!("d:{a}");
    finds(&store, &["LREM", &list, "1", &waits], &[(Check::Waits, &waits)]).await;
    finds(&store, &["RPUSH", &list, &format!("{waits}.7")], &[(Check::Waits, &waits)]).await;
    finds(&store, &["RPUSH", &list, &waits], &[]).await;
    finds(&store, &["HSET", &format!("s:{waits}"), "pd", "3"], &[(Check::Waits, &waits)]).await;
    finds(&store, &["HSET", &format!("s:{waits}"), "pd", "2"], &[]).await;
    finds(&store, &["RPUSH", &list, "nonsense"], &[(Check::Waits, &list)]).await;
}

#[tokio::test]
async fn lists_that_no_flag_tells_of_would_be_left_behind() {
    let (store, [a, ..]) = waiting().await;
    finds(&store, &["HDEL", &format!("s:{a}"), "fl"], &[(Check::Flags, &a)]).await;
}

#[tokio::test]
async fn a_task_that_has_finished_and_has_not_told() {
    let (store, [a, b, waits]) = waiting().await;
    for _ in 0..2 {
        let (id, lease) = store.claim_one(json!({})).await;
        store.complete(id, lease).await;
    }
    finds(&store, &["RPUSH", &format!("d:{b}"), &waits], &[(Check::Waits, &b)]).await;
    finds(&store, &["DEL", &format!("d:{b}")], &[]).await;
    finds(&store, &["HSET", &format!("s:{a}"), "yd", "1"], &[(Check::Waits, &a)]).await;
    finds(&store, &["HDEL", &format!("s:{a}"), "yd"], &[]).await;
    finds(&store, &["RPUSH", &format!("l:{a}"), "nonsense"], &[(Check::Waits, &format!("l:{a}"))]).await;
}

async fn uses(store: &Store, id: TaskId, lease: &str, tokens: u64) {
    let heartbeat = json!({"lease": lease, "usage": {"tokens": tokens}});
    let heartbeat: Heartbeat = serde_json::from_value(heartbeat).unwrap();
    store.queue.heartbeat(&store.swarm, id, heartbeat).await.unwrap();
}

#[tokio::test]
async fn a_parent_that_has_heard_of_less_than_its_children_have_used() {
    let store = Store::start().await;
    let top = store.submit(json!({"queue": "parents"})).await;
    let middle = store.submit(json!({"queue": "parents", "parent": top})).await;
    let mut children = Vec::new();
    for n in 1..=2 {
        children.push(store.submit(json!({"parent": middle, "max_attempts": 1})).await);
        let (id, lease) = store.claim_one(json!({})).await;
        uses(&store, id, &lease, n * 10).await;
        store.complete(id, lease).await;
    }
    store.clean().await;
    let (top, middle) = (top.to_string(), middle.to_string());
    finds(&store, &["HSET", &format!("us:{middle}"), "T", "29"], &[(Check::Usage, &middle)]).await;
    finds(&store, &["HSET", &format!("us:{middle}"), "T", "30"], &[]).await;
    finds(&store, &["HSET", &format!("us:{top}"), "T", "29"], &[(Check::Usage, &top)]).await;
    finds(&store, &["HSET", &format!("us:{top}"), "T", "30"], &[]).await;
    // What is above goes on counting what a child has used that is gone.
    let filter = TaskFilter { parent: Some(middle.parse().unwrap()), ..TaskFilter::default() };
    store.queue.act(&store.swarm, Action::Delete, &filter, Some(1)).await.unwrap();
    store.clean().await;
    finds(&store, &["HSET", &format!("us:{middle}"), "T", "9"], &[(Check::Usage, &middle)]).await;
}
