use serde_json::{Value, json};
use waggle_tests::{PATIENCE, World, in_a_swarm, until};

use super::support::{address, get, increment, items, keys, page, patching, put, putting, version};
use crate::tasks::support::stamp;

/// Sets a key for as short a time as there is.
async fn put_briefly(w: &World, key: &str, value: Value) -> Value {
    let reply = w.put(&address(key)).json(json!({"value": value, "ttl_ms": 1_000})).send().await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    reply.body
}

async fn until_gone(w: &World, key: &str) {
    until(&format!("{key} has expired"), PATIENCE, async || w.get(&address(key)).send().await.status == 404)
        .await;
}

#[test]
fn a_key_with_a_time_to_live_says_when_it_ends_and_is_gone_then() {
    in_a_swarm(async |w| {
        let entry = put_briefly(&w, "k", json!(1)).await;
        assert_eq!(stamp(&entry["expires_at"]) - stamp(&entry["updated_at"]), 1_000);
        assert_eq!(get(&w, "k").await, entry);
        until_gone(&w, "k").await;
        assert!(keys(&page(&w, "").await).is_empty());
        putting(&w, "k", 2).header("if-none-match", "*").send().await.expect(201);
    });
}

#[test]
fn an_end_is_told_as_a_deletion() {
    in_a_swarm(async |w| {
        put_briefly(&w, "k", json!(1)).await;
        let seen = page(&w, "since_version=1&wait_ms=15000").await;
        assert_eq!(items(&seen), [json!({"key": "k", "deleted": true, "version": 2})]);
    });
}

#[test]
fn a_put_without_a_time_to_live_keeps_the_key_for_ever() {
    in_a_swarm(async |w| {
        put_briefly(&w, "kept", json!(1)).await;
        put_briefly(&w, "gone", json!(1)).await;
        assert_eq!(put(&w, "kept", 2).await.get("expires_at"), None);
        until_gone(&w, "gone").await;
        let seen = page(&w, "since_version=3&wait_ms=15000").await;
        assert_eq!(keys(&seen), ["gone"]);
        assert_eq!(get(&w, "kept").await["value"], 2);
    });
}

#[test]
fn a_new_time_to_live_counts_from_the_last_put() {
    in_a_swarm(async |w| {
        let first = put_briefly(&w, "k", json!(1)).await;
        let second = w.put(&address("k")).json(json!({"value": 2, "ttl_ms": 60_000})).send().await.ok();
        assert!(stamp(&second["expires_at"]) > stamp(&first["expires_at"]) + 50_000);
    });
}

#[test]
fn patches_and_increments_let_a_key_end_when_it_would_have() {
    in_a_swarm(async |w| {
        let entry = put_briefly(&w, "k", json!({})).await;
        let patched = patching(&w, "k", json!({"a": 1})).send().await.ok();
        assert_eq!(patched["expires_at"], entry["expires_at"]);
        let entry = put_briefly(&w, "n", json!(1)).await;
        let sum = increment(&w, "n", 1).await.ok();
        assert_eq!((&sum["expires_at"], &sum["value"]), (&entry["expires_at"], &json!(2)));
        until_gone(&w, "k").await;
        until_gone(&w, "n").await;
        let again = increment(&w, "n", 1).await.expect(201);
        assert_eq!((&again["value"], again.get("expires_at")), (&json!(1), None));
        assert!(version(&again) > version(&sum));
    });
}

#[test]
fn times_to_live_out_of_bounds_are_refused() {
    in_a_swarm(async |w| {
        for ttl in [json!(0), json!(999), json!(31_622_400_001_u64), json!(-1), json!("1000"), json!(1.5)] {
            let reply = w.put(&address("k")).json(json!({"value": 1, "ttl_ms": ttl})).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/ttl_ms", "{ttl}");
        }
        w.get(&address("k")).send().await.problem(404, "state_not_found");
    });
}
