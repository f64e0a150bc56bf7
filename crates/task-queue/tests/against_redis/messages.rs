//! Messages and time: what has expired is not there, before anybody has taken it away and afterwards.

use std::time::Duration;

use serde_json::json;
use waggle_task_queue::Error;
use waggle_task_queue::maintenance::Custodian;
use waggle_task_queue::model::{Ack, AgentName, Inbox, InboxQuery, NewMessage, Sent};

use crate::support::Store;

const ALL: InboxQuery = InboxQuery { after: 0, limit: Some(500) };

fn name(agent: &str) -> AgentName {
    agent.parse().unwrap()
}

async fn register(store: &Store, agent: &str, inbox_limit: u64) {
    let new = serde_json::from_value(json!({"inbox_limit": inbox_limit})).unwrap();
    store.queue.put_agent(&store.swarm, &name(agent), new).await.unwrap();
}

async fn send(store: &Store, to: serde_json::Value, ttl_ms: u64) -> Result<Sent, Error> {
    let message = json!({"from": "sender", "to": to, "body": ttl_ms, "ttl_ms": ttl_ms});
    let message: NewMessage = serde_json::from_value(message).unwrap();
    Ok(store.queue.send_message(&store.swarm, message, None).await?.sent)
}

async fn read(store: &Store, agent: &str, query: InboxQuery) -> Inbox {
    store.queue.read_inbox(&store.swarm, &name(agent), query, Duration::ZERO).await.unwrap()
}

async fn seqs(store: &Store, agent: &str) -> Vec<u64> {
    read(store, agent, ALL).await.messages.iter().map(|message| message.seq).collect()
}

async fn unread(store: &Store, agent: &str) -> u64 {
    let heartbeat = serde_json::from_value(json!({})).unwrap();
    store.queue.heartbeat_agent(&store.swarm, &name(agent), heartbeat).await.unwrap().unread
}

async fn ack(store: &Store, agent: &str, up_to: u64) -> u64 {
    let ack: Ack = serde_json::from_value(json!({"up_to": up_to})).unwrap();
    store.queue.ack_messages(&store.swarm, &name(agent), ack).await.unwrap().acked
}

fn stored(store: &Store) -> usize {
    ["m:*", "mc:*", "mail"]
        .iter()
        .map(|keys| store.server.raw::<Vec<String>>(&["KEYS", &store.key(keys)]).len())
        .sum()
}

#[tokio::test]
async fn a_message_is_there_until_the_millisecond_at_which_it_expires_whoever_sweeps() {
    let store = Store::start().await;
    register(&store, "a", 10).await;
    send(&store, json!({"agent": "a"}), 5_000).await.unwrap();
    send(&store, json!({"agent": "a"}), 60_000).await.unwrap();
    store.advance(4_999);
    assert_eq!((seqs(&store, "a").await, unread(&store, "a").await), (vec![1, 2], 2));
    store.advance(1);
    assert_eq!((seqs(&store, "a").await, unread(&store, "a").await), (vec![2], 1));
    store.clean().await;
}

#[tokio::test]
async fn a_shared_message_that_expires_leaves_nothing_behind_wherever_it_was_acknowledged_before() {
    let store = Store::start().await;
    for agent in ["a", "b", "c"] {
        register(&store, agent, 10).await;
    }
    let sent = send(&store, json!({"swarm": true}), 5_000).await.unwrap();
    assert_eq!((sent.recipients, ack(&store, "a", 1).await), (3, 1));
    store.advance(5_000);
    let swept = Custodian.run_once(&store.redis, &store.swarm).await.unwrap();
    assert_eq!((swept.tasks, stored(&store)), (2, 0), "one entry of each inbox that had it");
    assert_eq!(ack(&store, "b", 1).await, 0);
    store.clean().await;
}

#[tokio::test]
async fn an_inbox_full_of_expired_messages_has_room_before_anybody_sweeps() {
    let store = Store::start().await;
    register(&store, "a", 3).await;
    for ttl_ms in [60_000, 5_000, 5_000] {
        send(&store, json!({"agent": "a"}), ttl_ms).await.unwrap();
    }
    let refused = send(&store, json!({"agent": "a"}), 5_000).await;
    assert!(matches!(refused, Err(Error::InboxFull(agent)) if agent == "a"));
    store.advance(5_000);
    for expected in [4, 5] {
        send(&store, json!({"agent": "a"}), 60_000).await.unwrap();
        assert_eq!(seqs(&store, "a").await.last(), Some(&expected));
    }
    assert!(send(&store, json!({"agent": "a"}), 60_000).await.is_err(), "three that have not expired");
    store.clean().await;
}

#[tokio::test]
async fn a_reader_gets_past_any_number_of_expired_messages() {
    let store = Store::start().await;
    register(&store, "a", 1_000).await;
    for _ in 0..350 {
        send(&store, json!({"agent": "a"}), 5_000).await.unwrap();
    }
    send(&store, json!({"agent": "a"}), 60_000).await.unwrap();
    store.advance(5_000);
    let inbox = read(&store, "a", InboxQuery { after: 0, limit: Some(1) }).await;
    assert_eq!((inbox.messages.len(), inbox.next), (1, 351));
    assert_eq!(ack(&store, "a", 1_000).await, 251, "a hundred have been taken away by the way");
    assert_eq!(stored(&store), 0);
    store.clean().await;
}

#[tokio::test]
async fn what_goes_to_more_agents_than_a_message_may_is_refused() {
    let store = Store::start().await;
    register(&store, "a", 10).await;
    let names: Vec<String> = (0..10_000).flat_map(|n| ["0".to_owned(), format!("b{n}")]).collect();
    let words: Vec<&str> = ["ZADD", "agents"].into_iter().chain(names.iter().map(String::as_str)).collect();
    store.set(&words);
    let refused = send(&store, json!({"swarm": true}), 5_000).await;
    assert!(matches!(refused, Err(Error::Invalid(invalid)) if invalid.errors[0].pointer == "/to"));
    store.set(&["ZREM", "agents", "b0"]);
    let sent = send(&store, json!({"swarm": true}), 5_000).await.unwrap();
    assert_eq!(sent.recipients, 1, "the others have no record");
}
