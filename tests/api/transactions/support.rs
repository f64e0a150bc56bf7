use serde_json::{Value, json};
use waggle_tests::{Held, Reply, World};

/// Sends operations without conditions.
pub(crate) async fn apply(w: &World, ops: Value) -> Reply {
    w.post("/transactions").json(json!({ "ops": ops })).send().await
}

pub(crate) async fn apply_if(w: &World, conditions: Value, ops: Value) -> Reply {
    w.post("/transactions").json(json!({ "if": conditions, "ops": ops })).send().await
}

pub(crate) fn complete(held: &Held, result: impl Into<Value>) -> Value {
    json!({"op": "task.complete", "id": held.id, "lease": held.token, "result": result.into()})
}

pub(crate) fn put(key: &str, value: impl Into<Value>) -> Value {
    json!({"op": "state.put", "key": key, "value": value.into()})
}

pub(crate) fn send(from: &str, to: &str) -> Value {
    json!({"op": "message.send", "message": {"from": from, "to": {"agent": to}, "body": {"for": to}}})
}

pub(crate) fn submit(task: impl Into<Value>) -> Value {
    json!({"op": "task.submit", "task": task.into()})
}

/// The value of a key, or null where there is none.
pub(crate) async fn state(w: &World, key: &str) -> Value {
    let reply = w.get(&format!("/state/{key}")).send().await;
    if reply.status == 404 { Value::Null } else { reply.ok()["value"].clone() }
}

/// Makes sure that an agent is known.
pub(crate) async fn register(w: &World, agent: &str) {
    let reply = w.client().put(&w.path(&format!("/agents/{agent}"))).json(json!({})).send().await;
    reply.expect(201);
}

pub(crate) async fn inbox(w: &World, agent: &str) -> Vec<Value> {
    let inbox = w.get(&format!("/agents/{agent}/inbox")).send().await.ok();
    inbox["messages"].as_array().unwrap().clone()
}
