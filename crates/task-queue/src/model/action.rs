//! What is done to many tasks at once.

use serde::{Deserialize, Serialize};

use super::{Status, TaskCounts};

/// What is done to each task of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Unfinished tasks are cancelled; the holders of running ones are asked to stop.
    Cancel,
    /// Failed and cancelled tasks become ready again.
    Retry,
    /// Tasks that nobody holds are removed wholly; running ones match and stay.
    Delete,
}

impl Action {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Retry => "retry",
            Self::Delete => "delete",
        }
    }

    /// The states it is for, in the order in which they are gone through: running tasks may match again and again.
    pub(crate) const fn states(self) -> &'static [Status] {
        match self {
            Self::Cancel => {
                &[Status::Ready, Status::Scheduled, Status::Blocked, Status::InputRequired, Status::Running]
            }
            Self::Retry => &[Status::Failed, Status::Cancelled],
            Self::Delete => &[
                Status::Ready,
                Status::Scheduled,
                Status::Blocked,
                Status::InputRequired,
                Status::Failed,
                Status::Cancelled,
                Status::Completed,
                Status::Running,
            ],
        }
    }
}

/// The answer to an action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acted {
    /// Tasks that fit the filter and are in a state that was named or that the action is for; counted up to the limit.
    pub matched: usize,
    /// Of these, how many are not as they were.
    pub changed: usize,
    /// Whether others match that were not treated.
    pub more: bool,
}

/// How many tasks there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TaskCount {
    /// In all; only those in the state, where one was named.
    pub total: u64,
    /// By state; 0 for the others where one was named.
    pub by_status: TaskCounts,
    /// States that are not counted by what was asked for, and are 0 here: by agent, what is completed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub not_counted: Vec<Status>,
}

/// The answer to a purge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Purged {
    /// Tasks that were deleted.
    pub purged: usize,
    /// Whether the bound of one request ended it: send it again.
    pub more: bool,
}

/// The answer to a replay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Replayed {
    /// Tasks that are ready again.
    pub replayed: usize,
    /// Whether the bound of one request ended it: send it again.
    pub more: bool,
}
