//! An ended attempt in the line of its task.

use serde::{Deserialize, Serialize};

use crate::{
    model::{AgentName, AttemptOutcome, AttemptRecord, Json, Stamp},
    store::KeptAttempt,
};

/// An attempt that is over.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttemptLine {
    /// The number of its lease.
    pub(super) fence: u64,
    pub(super) attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<AgentName>,
    pub(super) started_at: Stamp,
    pub(super) ended_at: Stamp,
    pub(super) outcome: AttemptOutcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Json>,
    /// It was too long to be kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) error_truncated: bool,
}

impl AttemptLine {
    /// Absent where the attempt goes on.
    pub(super) fn of(kept: KeptAttempt) -> Option<Self> {
        let KeptAttempt { fence, record } = kept;
        let AttemptRecord { attempt, agent, started_at, ended_at, outcome, error, error_truncated } = record;
        Some(Self {
            fence,
            attempt,
            agent,
            started_at,
            ended_at: ended_at?,
            outcome: outcome?,
            error,
            error_truncated,
        })
    }

    /// As it is kept.
    pub(super) fn kept(&self) -> KeptAttempt {
        KeptAttempt {
            fence: self.fence,
            record: AttemptRecord {
                attempt: self.attempt,
                agent: self.agent.clone(),
                started_at: self.started_at,
                ended_at: Some(self.ended_at),
                outcome: Some(self.outcome),
                error: self.error.clone(),
                error_truncated: self.error_truncated,
            },
        }
    }
}
