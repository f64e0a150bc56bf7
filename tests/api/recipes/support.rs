//! The calls of the recipes.

use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Raw, Reply, Request, World, until_some};

/// Longer than a watch has to wait in any of these tests.
const WAIT_MS: u64 = 20_000;

/// `PUT` of a key that must not exist.
pub(crate) fn create(w: &World, key: &str, body: Value) -> Request {
    w.put(&format!("/state/{key}")).header("if-none-match", "*").json(body)
}

/// `PUT` of a key that must have this version.
pub(crate) fn replace(w: &World, key: &str, version: u64, body: Value) -> Request {
    w.put(&format!("/state/{key}")).header("if-match", &format!("\"{version}\"")).json(body)
}

pub(crate) async fn transact(w: &World, transaction: Value) -> Reply {
    w.post("/transactions").json(transaction).send().await
}

/// What has changed below a prefix since a version; waits for a first change.
pub(crate) async fn changes(w: &World, prefix: &str, since: u64) -> Value {
    let query = format!("/state?prefix={prefix}&since_version={since}&wait_ms={WAIT_MS}&limit=500");
    w.get(&query).send().await.ok()
}

/// Keys below a prefix with their values.
pub(crate) async fn list(w: &World, prefix: &str) -> Value {
    w.get(&format!("/state?prefix={prefix}&limit=500")).send().await.ok()
}

/// The value of a key; null where there is none.
pub(crate) async fn value(w: &World, key: &str) -> Value {
    let reply = w.get(&format!("/state/{key}")).send().await;
    if reply.status == 404 { Value::Null } else { reply.ok()["value"].clone() }
}

pub(crate) fn items(page: &Value) -> &[Value] {
    page["items"].as_array().unwrap()
}

pub(crate) fn version(answer: &Value) -> u64 {
    answer["version"].as_u64().unwrap_or_else(|| panic!("no version: {answer}"))
}

/// Posts and dies without waiting for the answer, as a process does that is killed then.
pub(crate) async fn post_and_die(w: &World, path: &str, key: &str, body: &Value) {
    let address = w.client().base().trim_start_matches("http://");
    let (path, body) = (w.path(path), body.to_string());
    let mut raw = Raw::connect(address).await;
    raw.send(format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nidempotency-key: {key}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    drop(raw);
}

/// Sends a request again until it is answered, as a client does that does not know whether it was applied.
pub(crate) async fn insist(request: impl Fn() -> Request) -> Reply {
    let answered = async || request().try_send().await.ok().filter(|reply| reply.status < 500);
    until_some("the request is answered", PATIENCE, answered).await
}

/// Registers an agent.
pub(crate) async fn register(w: &World, agent: &str, body: Value) {
    let reply = w.put(&format!("/agents/{agent}")).json(body).send().await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
}

/// The messages of an inbox, when there are some.
pub(crate) async fn inbox(w: &World, agent: &str) -> Vec<Value> {
    let inbox = w.get(&format!("/agents/{agent}/inbox?wait_ms={WAIT_MS}")).send().await.ok();
    inbox["messages"].as_array().unwrap().clone()
}

/// A transaction with these conditions and operations.
pub(crate) fn transaction(conditions: &Value, ops: &Value) -> Value {
    json!({ "if": conditions, "ops": ops })
}
