//! Which tasks are meant.

use serde::{Deserialize, Serialize};

use super::{AgentName, QueueName, Status, Tag, TaskId, Text};

/// Which tasks are meant: those that fit all that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TaskFilter {
    /// In this state.
    pub status: Option<Status>,
    /// Of this queue.
    pub queue: Option<QueueName>,
    /// Of this type.
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    /// With this tag, perhaps among others.
    pub tag: Option<Tag>,
    /// Waiting and pinned to this agent, or held by it now or last.
    pub agent: Option<AgentName>,
    /// With this parent.
    pub parent: Option<TaskId>,
}

impl TaskFilter {
    /// Whether nothing is named: all tasks fit.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
