//! Keys whose time is over and that nobody has swept yet: a clock that is moved by hand shows them for as long as one
//! likes.

use std::time::Duration;

use serde_json::json;
use waggle_task_queue::Error;
use waggle_task_queue::limits::{STATE_KEYS, STATE_TOMBSTONES};
use waggle_task_queue::maintenance::Custodian;
use waggle_task_queue::model::{
    Increment, Json, PutState, StateEntry, StateGuard, StateItem, StateKey, StatePage, StateQuery, Versions,
};

use crate::support::Store;

impl Store {
    async fn put(&self, key: &str, value: serde_json::Value, ttl_ms: Option<u64>) -> (StateEntry, bool) {
        let put = PutState { value: raw(&value), ttl_ms };
        self.queue.put_state(&self.swarm, state_key(key), put, &StateGuard::default()).await.unwrap()
    }

    async fn get(&self, key: &str) -> Option<StateEntry> {
        match self.queue.get_state(&self.swarm, state_key(key)).await {
            Ok(entry) => Some(entry),
            Err(Error::StateNotFound(_)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    async fn page(&self, since_version: Option<u64>) -> StatePage {
        let query = StateQuery { since_version, ..StateQuery::default() };
        self.queue.list_state(&self.swarm, &query, Duration::ZERO).await.unwrap()
    }

    async fn tend(&self) -> usize {
        Custodian.run_once(&self.redis, &self.swarm).await.unwrap().tasks
    }
}

fn state_key(key: &str) -> StateKey {
    key.parse().unwrap()
}

fn raw(value: &serde_json::Value) -> Json {
    Json::parse(value.to_string()).unwrap()
}

fn keys(page: &StatePage) -> Vec<(&str, bool, u64)> {
    page.items.iter().map(shown).collect()
}

fn shown(item: &StateItem) -> (&str, bool, u64) {
    match item {
        StateItem::Entry(entry) => (entry.key.as_str(), true, entry.version),
        StateItem::Deleted(deleted) => (deleted.key.as_str(), false, deleted.version),
    }
}

#[tokio::test]
async fn what_has_expired_is_absent_before_it_is_swept() {
    let store = Store::start().await;
    store.put("a", json!(1), Some(1_000)).await;
    store.put("b", json!(1), None).await;
    store.advance(999);
    assert!(store.get("a").await.is_some());
    store.advance(1);
    assert!(store.get("a").await.is_none());
    assert_eq!(keys(&store.page(None).await), [("b", true, 2)]);
    assert_eq!(keys(&store.page(Some(0)).await), [("b", true, 2)]);
    store.clean().await;
    let deleted = store.queue.delete_state(&store.swarm, state_key("a"), &StateGuard::default()).await;
    assert!(matches!(deleted, Err(Error::StateNotFound(_))), "{deleted:?}");
    assert_eq!(store.tend().await, 1);
    assert_eq!(keys(&store.page(Some(2)).await), [("a", false, 3)]);
    assert_eq!(store.tend().await, 0);
    store.clean().await;
}

#[tokio::test]
async fn what_has_expired_is_made_anew() {
    let store = Store::start().await;
    store.put("a", json!(5), Some(1_000)).await;
    store.advance(1_000);
    let absent = StateGuard { if_none_match: Versions::Any, ..StateGuard::default() };
    let put = PutState { value: raw(&json!(6)), ttl_ms: None };
    let (entry, created) = store.queue.put_state(&store.swarm, state_key("a"), put, &absent).await.unwrap();
    assert!(created && entry.version == 2 && entry.expires_at.is_none());
    assert_eq!(store.tend().await, 0, "what was made anew does not end with what had expired");
    assert_eq!(store.get("a").await.unwrap().value.as_str(), "6");
    store.clean().await;
}

#[tokio::test]
async fn an_expired_number_counts_as_nothing_and_its_end_is_forgotten() {
    let store = Store::start().await;
    store.put("n", json!(5), Some(1_000)).await;
    store.advance(1_000);
    let sum = store
        .queue
        .increment_state(&store.swarm, state_key("n"), Increment::default(), &StateGuard::default(), None)
        .await
        .unwrap();
    assert!(sum.created && sum.entry.value.as_str() == "1" && sum.entry.expires_at.is_none());
    store.clean().await;
    store.advance(100_000);
    store.tend().await;
    assert!(store.get("n").await.is_some());
}

#[tokio::test]
async fn a_patch_of_what_has_expired_begins_with_nothing() {
    let store = Store::start().await;
    store.put("k", json!({"a": 1}), Some(1_000)).await;
    let guard = StateGuard::default();
    let patch = raw(&json!({"b": 1}));
    let (kept, created) =
        store.queue.patch_state(&store.swarm, state_key("k"), &patch, &guard).await.unwrap();
    assert!(!created && kept.expires_at.is_some());
    store.advance(1_000);
    let (made, created) =
        store.queue.patch_state(&store.swarm, state_key("k"), &patch, &guard).await.unwrap();
    assert!(created && made.expires_at.is_none());
    assert_eq!(made.value.as_str(), r#"{"b":1}"#);
    store.clean().await;
}

#[tokio::test]
async fn a_version_named_does_not_match_what_has_expired() {
    let store = Store::start().await;
    let (entry, _) = store.put("a", json!(1), Some(1_000)).await;
    store.advance(1_000);
    for named in [Versions::Of(vec![entry.version]), Versions::Any] {
        let guard = StateGuard { if_match: named, ..StateGuard::default() };
        let put = PutState { value: raw(&json!(2)), ttl_ms: None };
        let refused = store.queue.put_state(&store.swarm, state_key("a"), put, &guard).await;
        assert!(matches!(refused, Err(Error::VersionMismatch { version: 0, .. })), "{refused:?}");
    }
    store.clean().await;
}

#[tokio::test]
async fn a_sweep_is_bounded_and_says_that_more_is_due() {
    let store = Store::start().await;
    for n in 0..520 {
        store.put(&format!("k{n}"), json!(n), Some(1_000)).await;
    }
    store.put("later", json!(1), Some(60_000)).await;
    store.advance(1_000);
    let first = Custodian.run_once(&store.redis, &store.swarm).await.unwrap();
    assert!(first.is_full());
    assert_eq!(store.tend().await, 20);
    let last = Custodian.run_once(&store.redis, &store.swarm).await.unwrap();
    assert_eq!((last.tasks, last.next_in), (0, Some(Duration::from_millis(59_000))));
    assert_eq!(keys(&store.page(None).await), [("later", true, 521)]);
    store.clean().await;
}

#[tokio::test]
async fn of_deletions_only_the_latest_are_remembered() {
    let store = std::sync::Arc::new(Store::start().await);
    let keys_in_all = STATE_TOMBSTONES + 50;
    let all: Vec<_> = (0..keys_in_all).collect();
    // Not all at once: a call that waits too long for its turn is refused.
    for some in all.chunks(256) {
        let put = |n: u64| {
            let store = store.clone();
            async move { store.put(&format!("k{n}"), json!(n), Some(1_000)).await }
        };
        some.iter().copied().map(put).collect::<tokio::task::JoinSet<_>>().join_all().await;
    }
    store.advance(1_000);
    while store.tend().await > 0 {}
    for index in ["deleted", "versions"] {
        let remembered: u64 = store.server.raw(&["ZCARD", &store.key(index)]);
        assert_eq!(remembered, STATE_TOMBSTONES, "{index}");
    }
    let first = store.page(Some(0)).await;
    assert_eq!(keys(&first)[0].2, keys_in_all + 51, "the first fifty deletions are forgotten");
    store.clean().await;
}

#[tokio::test]
async fn a_state_that_is_full_takes_no_new_key_and_lets_known_ones_change() {
    let store = Store::start().await;
    store.put("known", json!(1), None).await;
    let fill = "for n = 2, tonumber(ARGV[1]) do redis.call('ZADD', KEYS[1], 0, 'filler' .. n) end";
    let _: waggle_core::Value =
        store.server.raw(&["EVAL", fill, "1", &store.key("statekeys"), &STATE_KEYS.to_string()]);
    let guard = StateGuard::default();
    let put = PutState { value: raw(&json!(2)), ttl_ms: None };
    let refused = store.queue.put_state(&store.swarm, state_key("new"), put, &guard).await;
    assert!(matches!(refused, Err(Error::StateFull)), "{refused:?}");
    let counted =
        store.queue.increment_state(&store.swarm, state_key("new"), Increment::default(), &guard, None).await;
    assert!(matches!(counted, Err(Error::StateFull)), "{counted:?}");
    assert!(store.get("new").await.is_none());
    assert!(!store.put("known", json!(2), None).await.1);
    store.queue.delete_state(&store.swarm, state_key("known"), &guard).await.unwrap();
    assert!(store.put("new", json!(1), None).await.1);
}
