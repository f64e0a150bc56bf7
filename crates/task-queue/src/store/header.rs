//! The header of a spec: what the functions need to know.

use serde::{Deserialize, Serialize};
use waggle_core::Error;

use super::{
    digest,
    spec::{ROOM, broken, write_json},
};
use crate::{
    limits::PRIORITY_DEFAULT,
    model::{
        AgentName, Backoff, Budget, Capability, DependencyPolicy, NewTask, QueueName, Stamp, Strategy, Tag,
        TaskId, Text,
    },
};

/// Bytes a text may have that stands for itself in the name of a key.
const STAND_IN_BYTES: usize = 32;

/// What the functions need to know of a task; a field is absent where it has its default.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Header {
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub(super) queue: Option<QueueName>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<u8>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub(super) lease_ms: Option<u64>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) retention_ms: Option<u64>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    pub(super) backoff: Option<Backoff>,
    /// Required capabilities, sorted and joined by commas.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(super) requires: Option<String>,
    /// The agent the task is pinned to.
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<AgentName>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(super) dedup_key: Option<Text>,
    /// Stands for the concurrency key.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub(super) concurrency: Option<String>,
    /// Stands for the fairness key.
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    pub(super) fairness: Option<String>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub(super) fairness_weight: Option<u32>,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) timeout_ms: Option<u64>,
    /// Milliseconds since the epoch.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<i64>,
    /// The task it belongs to.
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<TaskId>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub(super) on_dependency_failure: Option<DependencyPolicy>,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) assign: Option<Strategy>,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    pub(super) budget: Option<Budget>,
    /// Stands for the type.
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    /// Tags joined by commas.
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<String>,
}

pub(super) fn header_text(task: &NewTask) -> Result<String, Error> {
    let mut header = Vec::with_capacity(ROOM);
    write_json(&mut header, &header_of(task))?;
    String::from_utf8(header).map_err(|_| broken("header"))
}

fn header_of(task: &NewTask) -> Header {
    let unless = |default: bool| !default;
    Header {
        queue: unless(task.queue.as_str() == QueueName::DEFAULT).then(|| task.queue.clone()),
        priority: unless(task.priority == PRIORITY_DEFAULT).then_some(task.priority),
        max_attempts: task.max_attempts,
        lease_ms: task.lease_ms,
        retention_ms: task.retention_ms,
        backoff: task.backoff.clone(),
        requires: unless(task.requires.is_empty()).then(|| joined(&task.requires)),
        agent: task.agent.clone(),
        dedup_key: task.dedup_key.clone(),
        concurrency: task.concurrency_key.as_ref().map(stand_in),
        fairness: task.fairness_key.as_ref().map(stand_in),
        fairness_weight: unless(task.fairness_weight == 1).then_some(task.fairness_weight),
        timeout_ms: task.timeout_ms,
        deadline: task.deadline.map(|Stamp(ms)| ms),
        parent: task.parent,
        on_dependency_failure: unless(task.on_dependency_failure == DependencyPolicy::Fail)
            .then_some(task.on_dependency_failure),
        assign: task.assign,
        budget: task.budget.clone(),
        kind: task.kind.as_ref().map(stand_in),
        tags: unless(task.tags.is_empty())
            .then(|| task.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")),
    }
}

/// Stands for a free text in the name of a key: itself where it is a short name, else a digest, which no name can be.
pub(crate) fn stand_in(text: &Text) -> String {
    let text = text.as_str();
    let short = text.len() <= STAND_IN_BYTES
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte));
    if short { text.to_owned() } else { format!("!{}", digest(&[text.as_bytes()])) }
}

/// Capabilities as the functions want them: joined by commas, which no name holds.
pub(crate) fn joined(capabilities: &[Capability]) -> String {
    capabilities.iter().map(Capability::as_str).collect::<Vec<_>>().join(",")
}

pub(super) fn capabilities(joined: Option<&str>) -> Result<Vec<Capability>, Error> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |text| text.split(',').map(|name| name.parse().map_err(|_| broken("header"))).collect(),
    )
}
