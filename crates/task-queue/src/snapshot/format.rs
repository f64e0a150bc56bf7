//! The lines between the first and the last one. Fields that have their usual value are left out.

use serde::{Deserialize, Serialize};

use super::{end::End, task::TaskLine};
use crate::{
    model::{
        AgentName, Capability, Json, MessageId, NewSchedule, QueueName, QueueSettings, ScheduleName, Stamp,
        StateEntry, StateKey, TaskId, Text, To, TopicName, Usage, object,
    },
    schedule::Scheduled,
};

/// A line: an object with one field, whose name says what it is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    #[serde(deserialize_with = "object")]
    Former(FormerLine),
    #[serde(deserialize_with = "object")]
    Agent(AgentLine),
    /// Stands right before the first inbox that has it.
    #[serde(deserialize_with = "object")]
    Message(MessageLine),
    /// Belongs to the agent before it.
    #[serde(deserialize_with = "object")]
    Inbox(InboxLine),
    #[serde(deserialize_with = "object")]
    Deleted(DeletedLine),
    #[serde(deserialize_with = "object")]
    State(StateLine),
    /// The last version of the state.
    StateVersion(u64),
    #[serde(deserialize_with = "object")]
    Queue(Box<QueueLine>),
    #[serde(deserialize_with = "object")]
    Schedule(Box<ScheduleLine>),
    #[serde(deserialize_with = "object")]
    Task(Box<TaskLine>),
    #[serde(deserialize_with = "object")]
    End(End),
}

/// An agent that is no more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FormerLine {
    pub(super) name: AgentName,
    pub(super) ended_at: Stamp,
}

/// An agent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentLine {
    pub(super) name: AgentName,
    pub(super) capacity: u64,
    pub(super) capabilities: Vec<Capability>,
    pub(super) ttl_ms: u64,
    pub(super) metadata: Option<Json>,
    pub(super) inbox_limit: u64,
    pub(super) registered_at: Stamp,
    pub(super) last_seen_at: Stamp,
    pub(super) draining: bool,
    pub(super) lost: bool,
    pub(super) completed: u64,
    pub(super) failed: u64,
    /// Attempts that ended with their lease.
    pub(super) expired: u64,
    /// Time worked on those that ended, in milliseconds.
    pub(super) worked_ms: u64,
    /// The last number of its inbox.
    pub(super) last_seq: u64,
    pub(super) subscriptions: Vec<TopicName>,
    /// What its tasks have used up.
    #[serde(default, deserialize_with = "object", skip_serializing_if = "Usage::is_zero")]
    pub(super) usage: Usage,
}

/// A message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageLine {
    pub(super) id: MessageId,
    /// Whether it went to several inboxes.
    pub(super) shared: bool,
    pub(super) sent_at: Stamp,
    pub(super) expires_at: Stamp,
    pub(super) from: AgentName,
    #[serde(deserialize_with = "object")]
    pub(super) to: To,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reply_to: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) correlation_id: Option<Text>,
}

/// A message in an inbox.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InboxLine {
    pub(super) seq: u64,
    pub(super) message: MessageId,
}

/// What is said of a queue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueLine {
    pub(super) name: QueueName,
    #[serde(default)]
    pub(super) paused: bool,
    #[serde(default)]
    pub(super) draining: bool,
    #[serde(default, deserialize_with = "object")]
    pub(super) settings: QueueSettings,
}

/// A schedule.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleLine {
    pub(super) name: ScheduleName,
    #[serde(deserialize_with = "object")]
    pub(super) said: NewSchedule,
    /// When it is due; absent while it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next_run_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_run_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_task: Option<TaskId>,
    pub(super) runs: u64,
    pub(super) skipped: u64,
    pub(super) created_at: Stamp,
}

impl From<Scheduled> for ScheduleLine {
    fn from(scheduled: Scheduled) -> Self {
        Self {
            name: scheduled.name,
            said: scheduled.said,
            next_run_at: scheduled.due_at,
            last_run_at: scheduled.last_run_at,
            last_task: scheduled.last_task,
            runs: scheduled.runs,
            skipped: scheduled.skipped,
            created_at: scheduled.created_at,
        }
    }
}

/// A state key that was deleted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeletedLine {
    pub(super) key: StateKey,
    pub(super) version: u64,
}

/// A state key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StateLine {
    pub(super) key: StateKey,
    pub(super) value: Json,
    pub(super) version: u64,
    pub(super) updated_at: Stamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) updated_by: Option<AgentName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Stamp>,
}

impl From<StateEntry> for StateLine {
    fn from(entry: StateEntry) -> Self {
        let StateEntry { key, value, version, updated_at, updated_by, expires_at } = entry;
        Self { key, value, version, updated_at, updated_by, expires_at }
    }
}
