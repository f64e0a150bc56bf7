//! How one attempt ended, whichever call says it.

use serde::{Deserialize, Serialize};

use super::{
    Complete, Fail, Invalid, Json, Release, TaskError, TaskId, Usage, heartbeat::check_token, invalid::Check,
};
use crate::limits::{BACKOFF_MS_MAX, DELAY_MS_MAX};

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// As [`Complete`]; takes `result`.
    Complete,
    /// As [`Fail`]; takes `error`, `retryable`, `retry_after_ms`.
    Fail,
    /// As [`Release`]; takes `delay_ms`.
    Release,
}

/// One task's outcome within a settlement.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The task.
    pub id: TaskId,
    /// Its lease token.
    pub lease: String,
    /// How the attempt ended.
    pub outcome: OutcomeKind,
    /// What the agent found, of a complete.
    #[serde(default)]
    pub result: Option<Json>,
    /// What went wrong, of a fail.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub error: Option<TaskError>,
    /// Whether another attempt makes sense, of a fail; true when null.
    #[serde(default)]
    pub retryable: Option<bool>,
    /// Milliseconds until the next attempt, of a fail; the task's backoff when null.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// Milliseconds until it may be claimed again, of a release; 0 when null.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

impl Outcome {
    /// The attempt that this ends, by task and lease token, and how.
    pub fn ends(&self) -> (TaskId, &str, OutcomeKind) {
        (self.id, &self.lease, self.outcome)
    }

    /// Checks that the fields fit the kind of outcome, and their limits.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        let only = |kind: &str| format!("only an outcome of kind {kind} takes this");
        let (complete, fail, release) = (
            self.outcome == OutcomeKind::Complete,
            self.outcome == OutcomeKind::Fail,
            self.outcome == OutcomeKind::Release,
        );
        check.that(complete || self.result.is_none(), "/result", || only("complete"));
        check.that(fail == self.error.is_some(), "/error", || {
            "needed by kind fail, and by no other".to_owned()
        });
        check.that(fail || self.retryable.is_none(), "/retryable", || only("fail"));
        check.that(fail || self.retry_after_ms.is_none(), "/retry_after_ms", || only("fail"));
        check.that(release || self.delay_ms.is_none(), "/delay_ms", || only("release"));
        check.that(self.retry_after_ms.unwrap_or(0) <= BACKOFF_MS_MAX, "/retry_after_ms", || {
            format!("at most {BACKOFF_MS_MAX}")
        });
        check.that(self.delay_ms.unwrap_or(0) <= DELAY_MS_MAX, "/delay_ms", || {
            format!("at most {DELAY_MS_MAX}")
        });
        if let Some(error) = &self.error {
            error.check(&mut check);
        }
        if let Some(usage) = &self.usage {
            usage.check(&mut check, "");
        }
        check.done()
    }

    /// The outcome a [`Complete`] asks for.
    pub fn complete(id: TaskId, complete: Complete) -> Self {
        Self {
            result: complete.result,
            usage: complete.usage,
            ..Self::bare(id, complete.lease, OutcomeKind::Complete)
        }
    }

    /// The outcome a [`Fail`] asks for.
    pub fn fail(id: TaskId, fail: Fail) -> Self {
        Self {
            error: Some(fail.error),
            retryable: Some(fail.retryable),
            retry_after_ms: fail.retry_after_ms,
            usage: fail.usage,
            ..Self::bare(id, fail.lease, OutcomeKind::Fail)
        }
    }

    /// The outcome a [`Release`] asks for.
    pub fn release(id: TaskId, release: Release) -> Self {
        Self {
            delay_ms: Some(release.delay_ms),
            usage: release.usage,
            ..Self::bare(id, release.lease, OutcomeKind::Release)
        }
    }

    fn bare(id: TaskId, lease: String, outcome: OutcomeKind) -> Self {
        Self {
            id,
            lease,
            outcome,
            result: None,
            error: None,
            retryable: None,
            retry_after_ms: None,
            delay_ms: None,
            usage: None,
        }
    }
}
