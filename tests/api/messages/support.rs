//! Short verbs for what agents write to each other.

use serde_json::{Value, json};
use waggle_tests::{Reply, World};

/// Every field of a message, as the contract lists them.
pub(crate) const MESSAGE_FIELDS: [&str; 9] =
    ["body", "correlation_id", "from", "id", "kind", "reply_to", "sent_at", "seq", "to"];

/// Registers agents.
pub(crate) async fn register(w: &World, agents: &[&str]) {
    for agent in agents {
        w.claim(agent).await;
    }
}

/// Sends `body`, whatever the answer.
pub(crate) async fn try_send(w: &World, from: &str, to: Value, body: impl Into<Value>) -> Reply {
    w.post("/messages").json(json!({"from": from, "to": to, "body": body.into()})).send().await
}

/// Sends `body`, which must be taken in; the answer.
pub(crate) async fn send(w: &World, from: &str, to: Value, body: impl Into<Value>) -> Value {
    try_send(w, from, to, body).await.expect(201)
}

/// Sends `body` to one agent; the message's id.
pub(crate) async fn tell(w: &World, from: &str, to: &str, body: impl Into<Value>) -> String {
    let answer = send(w, from, json!({"agent": to}), body).await;
    assert_eq!(answer["recipients"], 1, "{answer}");
    answer["id"].as_str().expect("an id").to_owned()
}

/// A read with a query.
pub(crate) async fn read(w: &World, agent: &str, query: &str) -> Value {
    w.get(&format!("/agents/{agent}/inbox?{query}")).send().await.ok()
}

/// All that is in an inbox, up to 500 messages.
pub(crate) async fn inbox(w: &World, agent: &str) -> Vec<Value> {
    read(w, agent, "limit=500").await["messages"].as_array().expect("messages").clone()
}

/// The bodies of an inbox, in their order.
pub(crate) async fn bodies(w: &World, agent: &str) -> Vec<Value> {
    bodies_of(&inbox(w, agent).await)
}

/// The bodies of messages.
pub(crate) fn bodies_of(messages: &[Value]) -> Vec<Value> {
    messages.iter().map(|message| message["body"].clone()).collect()
}

/// The numbers of messages.
pub(crate) fn seqs(messages: &[Value]) -> Vec<u64> {
    messages.iter().map(|message| message["seq"].as_u64().expect("a number")).collect()
}

/// Acknowledges; how many messages that took out.
pub(crate) async fn ack(w: &World, agent: &str, body: Value) -> u64 {
    let answer = w.post(&format!("/agents/{agent}/inbox/ack")).json(body).send().await.ok();
    answer["acked"].as_u64().expect("a number")
}

/// Subscribes an agent to a topic.
pub(crate) async fn subscribe(w: &World, agent: &str, topic: &str) {
    w.put(&format!("/agents/{agent}/subscriptions/{topic}")).send().await.expect(204);
}

/// How many keys of messages are stored: the messages themselves, and the counts of those that are shared.
pub(crate) fn stored(w: &World) -> (usize, usize) {
    let keys = |kind: &str| {
        let found: Vec<Vec<String>> = w.service().redis(&format!("KEYS wg:{{{}}}:{kind}:*", w.swarm()));
        found.iter().map(Vec::len).sum()
    };
    (keys("m"), keys("mc"))
}
