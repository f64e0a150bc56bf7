//! Shapes, and a second swarm.

use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Reply, World, until};

/// All fields of a swarm, in their order.
pub(crate) const SWARM_FIELDS: [&str; 8] =
    ["created_at", "events", "limits", "metadata", "name", "objective", "paused", "topology"];

/// The path of a swarm beside the test's own.
pub(crate) fn another(w: &World) -> String {
    format!("/v1/swarms/{}-another", w.swarm())
}

pub(crate) fn fields(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// `DELETE path`.
pub(crate) async fn delete(w: &World, path: &str) -> Reply {
    w.client().delete(path).send().await
}

/// What is said of the test's own swarm from now on.
pub(crate) async fn say(w: &World, body: Value) -> Value {
    w.client().put(&w.path("")).json(body).send().await.ok()
}

/// Keys of all primaries that belong to a swarm.
pub(crate) fn keys_of(w: &World, swarm: &str) -> Vec<String> {
    let found: Vec<Vec<String>> = w.service().redis(&format!("KEYS wg:{{{swarm}}}:*"));
    found.concat()
}

/// Names of all swarms, all pages.
pub(crate) async fn names(w: &World, limit: usize) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = w.client().get(&format!("/v1/swarms?limit={limit}{cursor}")).send().await.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        names.extend(items.iter().map(|item| item["name"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

/// Waits until so many agents are known to the swarm: those of claims that wait are, once they were looked after.
pub(crate) async fn until_agents_are_there(w: &World, agents: usize) {
    until("the agents are there", PATIENCE, async || {
        w.get("/stats").send().await.ok()["agents"]["live"] == agents
    })
    .await;
}

/// A claim that waits.
pub(crate) fn waiting(agent: &str) -> Value {
    json!({"agent": agent, "wait_ms": 60_000})
}
