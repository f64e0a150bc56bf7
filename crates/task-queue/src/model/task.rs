//! A task as clients see it.

use serde::{Deserialize, Serialize};

use super::{
    AgentName, Budget, Capability, Json, Lease, QueueName, ScheduleName, Stamp, Status, SwarmName, Tag,
    TaskId, TaskInput, Text, Usage,
};

/// A task and where it stands.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Task {
    /// Its id, a UUID of version 7.
    pub id: TaskId,
    /// Its swarm.
    pub swarm: SwarmName,
    /// Its queue.
    pub queue: QueueName,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    /// Where it stands.
    pub status: Status,
    /// 0 to 9, 9 first.
    pub priority: u8,
    /// What the agent needs to know.
    pub payload: Option<Json>,
    /// What the agent found; null until completed.
    pub result: Option<Json>,
    /// Why the last attempt failed.
    pub error: Option<Json>,
    /// What the holder last reported.
    pub progress: Option<Json>,
    /// Number of the current or last attempt; 0 before the first.
    pub attempt: u32,
    /// How often it may be tried.
    pub max_attempts: u32,
    /// Who holds it or held it last; before that the agent it is pinned to.
    pub agent: Option<AgentName>,
    /// Capabilities its claimer must have.
    pub requires: Vec<Capability>,
    /// Tasks it waits for.
    pub depends_on: Vec<TaskId>,
    /// The task it belongs to.
    pub parent: Option<TaskId>,
    /// When it fails wherever it stands; left out where it has no deadline.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deadline: Option<Stamp>,
    /// Of tasks with the same key no more run at once than its queue allows; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub concurrency_key: Option<Text>,
    /// Keys take turns; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fairness_key: Option<Text>,
    /// What it and the tasks that belong to it may use up; left out where that has no limit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<Budget>,
    /// The schedule whose run submitted it; left out where none did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub schedule: Option<ScheduleName>,
    /// What its holders said that it has used up; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub usage: Option<Usage>,
    /// What it and all tasks that belong to it have used up; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tree_usage: Option<Usage>,
    /// What it asked a person last, and what it was answered; left out where it never asked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub input: Option<TaskInput>,
    /// Attempts that ended without a word from their holder; left out while there is none.
    #[serde(skip_serializing_if = "is_none", default)]
    pub crashes: u32,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Whatever its submitter attached.
    pub metadata: Json,
    /// Whether its holder has been asked to stop.
    pub cancel_requested: bool,
    /// When it was submitted.
    pub created_at: Stamp,
    /// When it becomes claimable, while it is scheduled; else the time it was scheduled for.
    pub run_at: Option<Stamp>,
    /// When the current or last attempt began.
    pub started_at: Option<Stamp>,
    /// When it finished.
    pub finished_at: Option<Stamp>,
    /// When the current lease ends unless it is extended.
    pub lease_expires_at: Option<Stamp>,
    /// W3C trace context of its submit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub traceparent: Option<String>,
    /// The lease, in the answer to a claim alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lease: Option<Lease>,
}

/// A task as it is read, with what it depends on where that was asked for.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TaskRead {
    /// The task.
    #[serde(flatten)]
    pub task: Task,
    /// The tasks that it depends on, in the order of `depends_on`; only where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Vec<Task>>,
    /// Those of `depends_on` that are not in `dependencies`: they no longer exist, or the answer would have become too
    /// large, and they can be read one by one. Only where there are such.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies_left_out: Vec<TaskId>,
}

impl TaskRead {
    /// Without what it depends on.
    pub const fn alone(task: Task) -> Self {
        Self { task, dependencies: None, dependencies_left_out: Vec::new() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}
