//! The one place that decides what a refusal of the domain is in HTTP.

use waggle_core::Error as Backend;
use waggle_task_queue::Error;
use waggle_task_queue::model::Invalid;

use super::retry_after::{OPERATOR, SOON, jittered};
use super::{Code, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        let plain = |code| Self::new(code, detail);
        match error {
            Error::SwarmNotFound(_) => plain(Code::SwarmNotFound),
            Error::TaskNotFound(_) => plain(Code::TaskNotFound),
            Error::LeaseLost { attempt, .. } => {
                plain(Code::LeaseLost).telling(|about| about.attempt = Some(attempt))
            }
            Error::AlreadyFinished { .. } => plain(Code::AlreadyFinished),
            Error::WrongState { .. } | Error::NotAssignable { .. } | Error::NotAsking { .. } => {
                plain(Code::WrongState)
            }
            Error::NoAgent { .. } => plain(Code::NoAgent),
            Error::Duplicate(_) => plain(Code::Duplicate),
            Error::IdempotencyMismatch => plain(Code::IdempotencyMismatch),
            Error::TooManyCapabilitySets => plain(Code::TooManyCapabilitySets).not_applied().after(SOON),
            Error::AgentNotFound(_) => plain(Code::AgentNotFound),
            Error::TooManyAgents => plain(Code::TooManyAgents).not_applied().after(SOON),
            Error::SwarmFull => plain(Code::SwarmFull).not_applied().after(SOON),
            Error::QueueNotFound(_) => plain(Code::QueueNotFound),
            Error::QueueFull => plain(Code::QueueFull).not_applied().after(SOON),
            Error::QueueDraining => plain(Code::QueueDraining),
            Error::ScheduleNotFound(_) => plain(Code::ScheduleNotFound),
            Error::TooManySchedules => plain(Code::TooManySchedules).not_applied().after(SOON),
            Error::TokenNotFound(_) => plain(Code::TokenNotFound),
            Error::TokenExists(_) => plain(Code::TokenExists).not_applied(),
            Error::TooManyTokens => plain(Code::TooManyTokens).not_applied().after(SOON),
            Error::SwarmClosed(_) => plain(Code::SwarmClosed).not_applied().after(SOON),
            Error::SwarmNotEmpty(_) => plain(Code::SwarmNotEmpty),
            Error::BrokenSnapshot(broken) => {
                plain(Code::BrokenSnapshot).telling(|about| about.line = Some(broken.line))
            }
            Error::DefaultSwarm => plain(Code::DefaultSwarm),
            Error::InboxFull(agent) => {
                let full = plain(Code::InboxFull).not_applied().after(SOON);
                full.telling(|about| about.agent = Some(agent))
            }
            Error::TooManySubscriptions(_) => plain(Code::TooManySubscriptions).not_applied().after(SOON),
            Error::StateNotFound(_) => plain(Code::StateNotFound),
            Error::VersionMismatch { version, .. } => {
                plain(Code::VersionMismatch).telling(|about| about.version = Some(version))
            }
            Error::NotANumber(_) => plain(Code::NotANumber),
            Error::StateFull => plain(Code::StateFull).not_applied().after(SOON),
            Error::ConditionUnmet { .. } => plain(Code::WrongState),
            Error::At { part, index, error } => {
                Self::from(*error).telling(|about| about.place = Some((part, index)))
            }
            Error::EventsOff(_) => plain(Code::EventsOff),
            Error::TooManyWaiting => plain(Code::TooManyWaiting).not_applied().after(SOON),
            Error::Invalid(invalid) => invalid.into(),
            Error::Draining => Self::draining(),
            Error::Redis(error) => error.into(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::fields(invalid.errors)
    }
}

impl From<Backend> for Problem {
    /// What Redis said stays in the log: it may name hosts, keys and paths.
    fn from(error: Backend) -> Self {
        match error {
            Backend::Unavailable { .. } => Self::new(
                Code::BackendUnavailable,
                "the store cannot be reached; nothing was changed, send the request again in a moment",
            )
            .not_applied()
            .after(jittered()),
            Backend::Access { .. } => Self::new(
                Code::BackendUnavailable,
                "the store does not let the service in; nothing was changed, an operator has to look at /health/ready",
            )
            .not_applied()
            .after(OPERATOR),
            Backend::Busy { .. } => {
                Self::new(Code::BackendBusy, "the store is busy; nothing was changed, send the request again")
                    .not_applied()
                    .after(SOON)
            }
            Backend::OutOfMemory => Self::new(
                Code::BackendOutOfMemory,
                "the store is at its memory limit; nothing was changed, tasks can still be completed",
            )
            .not_applied()
            .after(OPERATOR),
            Backend::Disk => Self::new(
                Code::BackendDiskError,
                "the store cannot write to its disk; nothing was changed, an operator has to make room",
            )
            .not_applied()
            .after(OPERATOR),
            Backend::Unknown { .. } => Self::new(
                Code::OutcomeUnknown,
                "the store did not answer in time and may have applied the change: \
                 the same request with the same Idempotency-Key, claim_id or lease does no harm",
            )
            .maybe_applied()
            .after(SOON),
            Backend::Refused { .. } => Self::internal(error.to_string()).not_applied(),
            Backend::Internal { .. } | Backend::Codec(_) => Self::internal(error.to_string()).maybe_applied(),
        }
    }
}
