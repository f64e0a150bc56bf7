//! How attempts end, each by a call of its own.

use serde::{Deserialize, Serialize};

use super::{Json, Stamp, Status, TaskId, Usage, invalid::Check};
use crate::limits::ERROR_MESSAGE_BYTES;

/// Ends an attempt well.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// The lease token.
    pub lease: String,
    /// What the agent found: any JSON.
    #[serde(default)]
    pub result: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a complete.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Completed {
    /// The task.
    pub id: TaskId,
    /// Always `completed`.
    pub status: Status,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskError {
    /// For people.
    pub message: String,
    /// For programs: a word of the agent's own choosing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Json>,
}

/// Ends an attempt badly.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The lease token.
    pub lease: String,
    /// What went wrong.
    #[serde(deserialize_with = "super::object::object")]
    pub error: TaskError,
    /// Whether another attempt makes sense.
    #[serde(default = "yes")]
    pub retryable: bool,
    /// Milliseconds until the next attempt; the task's backoff when null.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a fail.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failed {
    /// The task.
    pub id: TaskId,
    /// `scheduled` when it will be tried again, else `failed`; `cancelled` when that had been asked for.
    pub status: Status,
    /// When it will be tried again.
    pub run_at: Option<Stamp>,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// Gives a task back; the attempt does not count.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The lease token.
    pub lease: String,
    /// Milliseconds until it may be claimed again.
    #[serde(default)]
    pub delay_ms: u64,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a release.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Released {
    /// The task.
    pub id: TaskId,
    /// `ready`, or `scheduled` after a delay; `cancelled` when that had been asked for.
    pub status: Status,
    /// When it becomes claimable, after a delay.
    pub run_at: Option<Stamp>,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

impl TaskError {
    pub(super) fn check(&self, check: &mut Check) {
        let size = self.message.len() + self.kind.as_ref().map_or(0, String::len);
        check.that(size <= ERROR_MESSAGE_BYTES, "/error/message", || {
            format!("at most {ERROR_MESSAGE_BYTES} bytes")
        });
    }
}

pub(super) const fn yes() -> bool {
    true
}
