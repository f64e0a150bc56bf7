//! Short verbs for what agents do with the state they share.

use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{Held, Reply, Request, World, task};

/// Every field of an entry that does not expire, as the contract lists them.
pub(crate) const ENTRY_FIELDS: [&str; 5] = ["key", "updated_at", "updated_by", "value", "version"];

/// The address of a key, which is encoded already.
pub(crate) fn address(key: &str) -> String {
    format!("/state/{key}")
}

/// A request on a key with any method.
pub(crate) fn on(w: &World, method: Method, key: &str) -> Request {
    w.client().request(method, &w.path(&address(key)))
}

/// A `PUT` of a value that was not sent yet.
pub(crate) fn putting(w: &World, key: &str, value: impl Into<Value>) -> Request {
    w.put(&address(key)).json(json!({"value": value.into()}))
}

/// Sets a key; the entry.
pub(crate) async fn put(w: &World, key: &str, value: impl Into<Value>) -> Value {
    let reply = putting(w, key, value).send().await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    reply.body
}

/// The entry.
pub(crate) async fn get(w: &World, key: &str) -> Value {
    w.get(&address(key)).send().await.ok()
}

/// The value.
pub(crate) async fn value(w: &World, key: &str) -> Value {
    get(w, key).await["value"].clone()
}

/// A `PATCH` that was not sent yet.
pub(crate) fn patching(w: &World, key: &str, patch: impl Into<Value>) -> Request {
    on(w, Method::PATCH, key).json(patch)
}

/// Deletes a key, whatever the answer.
pub(crate) async fn delete(w: &World, key: &str) -> Reply {
    w.delete(&address(key)).send().await
}

/// Adds to a key, whatever the answer.
pub(crate) async fn increment(w: &World, key: &str, by: impl Into<Value>) -> Reply {
    w.post(&format!("/state/{key}/increment")).json(json!({"by": by.into()})).send().await
}

/// A page of the state.
pub(crate) async fn page(w: &World, query: &str) -> Value {
    w.get(&format!("/state?{query}")).send().await.ok()
}

/// The keys of a page, in their order.
pub(crate) fn keys(page: &Value) -> Vec<&str> {
    items(page).iter().map(|item| item["key"].as_str().expect("a key")).collect()
}

/// The items of a page.
pub(crate) fn items(page: &Value) -> &[Value] {
    page["items"].as_array().expect("items")
}

/// The version of an entry or of a page.
pub(crate) fn version(value: &Value) -> u64 {
    value["version"].as_u64().unwrap_or_else(|| panic!("a version: {value}"))
}

/// As `ETag` and `If-Match` have it.
pub(crate) fn tag(entry: &Value) -> String {
    format!("\"{}\"", version(entry))
}

/// A task in the hands of `agent`.
pub(crate) async fn hold(w: &World, agent: &str) -> Held {
    w.submit(task()).await;
    w.claim_one(agent).await
}

/// As `X-Lease` has it.
pub(crate) fn lease(held: &Held) -> String {
    format!("{} {}", held.id, held.token)
}
