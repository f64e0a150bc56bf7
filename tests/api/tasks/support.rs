//! What several of these tests look at.

use std::time::Duration;

use serde_json::Value;
use waggle_task_queue::model::Stamp;

/// Every field of a task, as the contract lists them.
pub(crate) const TASK_FIELDS: [&str; 24] = [
    "agent",
    "attempt",
    "cancel_requested",
    "created_at",
    "depends_on",
    "error",
    "finished_at",
    "id",
    "lease_expires_at",
    "max_attempts",
    "metadata",
    "parent",
    "payload",
    "priority",
    "progress",
    "queue",
    "requires",
    "result",
    "run_at",
    "started_at",
    "status",
    "swarm",
    "tags",
    "type",
];

/// Milliseconds since the epoch of a stamp, which must be written as the contract has it.
#[track_caller]
pub(crate) fn stamp(value: &Value) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("a stamp: {value}"));
    assert!(
        text.len() == 24 && text.ends_with('Z') && &text[19..20] == ".",
        "RFC 3339, UTC, milliseconds: {text}"
    );
    serde_json::from_value::<Stamp>(value.clone()).expect("a stamp").0
}

/// The milliseconds between two stamps.
#[track_caller]
pub(crate) fn between(earlier: &Value, later: &Value) -> i64 {
    stamp(later) - stamp(earlier)
}

/// The names of an object's fields, sorted.
pub(crate) fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Takes this long at least: nothing else shows that something does not happen.
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(150)).await;
}

/// Payloads in their order.
pub(crate) fn payloads<'a>(tasks: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
    tasks.into_iter().map(|task| task["payload"].clone()).collect()
}

/// The time of the service so many milliseconds from now, as a stamp.
pub(crate) fn in_ms(w: &waggle_tests::World, ms: i64) -> String {
    let now: Vec<(i64, i64)> = w.service().redis("TIME");
    Stamp(now[0].0 * 1_000 + now[0].1 / 1_000 + ms).to_text()
}

/// The attempts at a task.
pub(crate) async fn attempts(w: &waggle_tests::World, id: &str) -> Vec<Value> {
    let page = w.get(&format!("/tasks/{id}/attempts")).send().await.ok();
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().expect("items").clone()
}

/// So many letters that no compression makes much shorter; others for another seed.
pub(crate) fn noise(letters: usize, seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 59) as u8)
    };
    (0..letters).map(|_| next()).collect()
}
