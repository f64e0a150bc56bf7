//! What several of these tests do.

use serde_json::{Value, json};
use waggle_tests::{Held, PATIENCE, World, until};

/// The least time to live: how long a test waits for an agent to be lost.
pub(crate) const SHORT_TTL_MS: u64 = 1_000;
/// Longer, for what a test does before.
pub(crate) const MORE_TTL_MS: u64 = 3_000;

/// Every field of an agent: those of the contract, and what is told besides.
pub(crate) const AGENT_FIELDS: [&str; 15] = [
    "busy_ms",
    "capabilities",
    "capacity",
    "completed",
    "expired",
    "failed",
    "inbox_limit",
    "last_seen_at",
    "metadata",
    "name",
    "registered_at",
    "running",
    "status",
    "ttl_ms",
    "unread",
];

/// Registers an agent that is new.
pub(crate) async fn register(w: &World, agent: &str, fields: Value) -> Value {
    w.put(&format!("/agents/{agent}")).json(fields).send().await.expect(201)
}

/// Says something else of an agent that is there.
pub(crate) async fn change(w: &World, agent: &str, fields: Value) -> Value {
    w.put(&format!("/agents/{agent}")).json(fields).send().await.ok()
}

/// The agent as it stands.
pub(crate) async fn look(w: &World, agent: &str) -> Value {
    w.get(&format!("/agents/{agent}")).send().await.ok()
}

/// The names of the agents that a query finds, all pages.
pub(crate) async fn names(w: &World, query: &str) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = w.get(&format!("/agents?{query}{cursor}")).send().await.ok();
        let items = page["items"].as_array().expect("items");
        names.extend(items.iter().map(|agent| agent["name"].as_str().expect("a name").to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

/// Waits until the agent has this status.
pub(crate) async fn until_agent(w: &World, agent: &str, status: &str) {
    until(&format!("{agent} is {status}"), PATIENCE, async || look(w, agent).await["status"] == status).await;
}

/// A heartbeat for these tasks.
pub(crate) async fn heartbeat(w: &World, agent: &str, held: &[&Held]) -> Value {
    let leases: Vec<_> = held.iter().map(|held| json!({"id": held.id, "lease": held.token})).collect();
    w.post(&format!("/agents/{agent}/heartbeat")).json(json!({ "leases": leases })).send().await.ok()
}

/// The whole answer to a claim.
pub(crate) async fn claim_answer(w: &World, claim: Value) -> Value {
    w.post("/claims").json(claim).send().await.ok()
}

/// Waits until the swarm knows the agent: its claim has come.
pub(crate) async fn until_agent_exists(w: &World, agent: &str) {
    until(&format!("{agent} is known"), PATIENCE, async || {
        w.get(&format!("/agents/{agent}")).send().await.status == 200
    })
    .await;
}
