//! What became of a task's attempts.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{AgentName, Json, Stamp};

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The task is done.
    Completed,
    /// Its holder said that it failed.
    Failed,
    /// Its holder gave it back, or was removed; not counted as an attempt.
    Released,
    /// Its lease ended without a word from its holder.
    Crashed,
    /// It took longer than `timeout_ms`.
    TimedOut,
    /// The task was cancelled.
    Cancelled,
    /// The deadline of the task passed.
    Deadline,
    /// Its holder asked a person.
    InputRequired,
}

impl AttemptOutcome {
    const ALL: [Self; 8] = [
        Self::Completed,
        Self::Failed,
        Self::Released,
        Self::Crashed,
        Self::TimedOut,
        Self::Cancelled,
        Self::Deadline,
        Self::InputRequired,
    ];

    /// The word used on the wire and in Redis.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Released => "released",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Deadline => "deadline",
            Self::InputRequired => "input_required",
        }
    }
}

/// A word that names no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an outcome of an attempt")]
pub struct NotAnOutcome;

impl FromStr for AttemptOutcome {
    type Err = NotAnOutcome;

    fn from_str(word: &str) -> Result<Self, NotAnOutcome> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word).ok_or(NotAnOutcome)
    }
}

/// One attempt at a task.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AttemptRecord {
    /// Its number, from 1; given to the next one again after a release, and from 1 again after a retry by hand.
    pub attempt: u32,
    /// Who held the task.
    pub agent: Option<AgentName>,
    /// When it began.
    pub started_at: Stamp,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Stamp>,
    /// How it ended; null while it goes on.
    pub outcome: Option<AttemptOutcome>,
    /// What went wrong.
    pub error: Option<Json>,
    /// Present and true where the error was too long to be kept: 4 KiB.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub error_truncated: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_read_as_it_is_written() {
        for outcome in AttemptOutcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(outcome));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("{:?}", outcome.as_str()));
        }
        assert_eq!("lost".parse::<AttemptOutcome>(), Err(NotAnOutcome));
    }
}
