//! The states of a task and the arrows between them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a task stands. It is in exactly one state at every instant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for other tasks: set by a submit that names some which have not finished, and by a retry.
    Blocked,
    /// Waits for its time: set by a submit with a delay, by the end of what it waited for when its time is yet to come, by
    /// a failure or a timeout that will be retried, by a delayed release.
    Scheduled,
    /// Waits for an agent: set by submit, the end of what it waited for, promoter, release, retry, an answer and the reaper.
    Ready,
    /// Held under a lease: set by claim.
    Running,
    /// Done: set by complete.
    Completed,
    /// Given up: set by a final failure, by the reaper when attempts are used up, by a heartbeat that passes a budget, or when
    /// the deadline passes.
    Failed,
    /// Called off: set by cancel, or by whatever ends the lease of a task whose cancellation was asked for.
    Cancelled,
    /// Asked a person, and nobody holds it: set by an input request, by a heartbeat that passes a budget.
    InputRequired,
}

impl Status {
    /// All states, in the order in which a list without a filter walks them.
    pub const ALL: [Self; 8] = [
        Self::Running,
        Self::Ready,
        Self::Scheduled,
        Self::Blocked,
        Self::InputRequired,
        Self::Failed,
        Self::Cancelled,
        Self::Completed,
    ];

    /// The word used on the wire and in Redis.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Scheduled => "scheduled",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::InputRequired => "input_required",
        }
    }

    /// Whether nothing but `retry` can move the task any more.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The states this one may turn into. What the functions do is tested against this table.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Blocked => &[Self::Ready, Self::Scheduled, Self::Failed, Self::Cancelled],
            Self::Completed => &[],
            Self::Scheduled => &[Self::Ready, Self::Failed, Self::Cancelled],
            Self::Ready => &[Self::Running, Self::Failed, Self::Cancelled],
            Self::Running => &[
                Self::Completed,
                Self::Failed,
                Self::Cancelled,
                Self::Scheduled,
                Self::Ready,
                Self::InputRequired,
            ],
            Self::InputRequired => &[Self::Ready, Self::Failed, Self::Cancelled],
            Self::Failed | Self::Cancelled => &[Self::Ready, Self::Blocked],
        }
    }
}

/// A word that names no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a state: use blocked, scheduled, ready, running, completed, failed, cancelled or input_required"
)]
pub struct NotAStatus;

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(word: &str) -> Result<Self, NotAStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(NotAStatus)
    }
}
