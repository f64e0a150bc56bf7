//! What can go wrong in the domain.

use crate::model::{FieldError, Invalid, Status, TaskId};

/// Why a call of the domain did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No such swarm.
    #[error("there is no swarm {0}: make it with PUT /v1/swarms/{0}")]
    SwarmNotFound(String),
    /// No such task, or its retention has ended.
    #[error("there is no task {0} in this swarm: it never existed or its retention has ended")]
    TaskNotFound(TaskId),
    /// The lease token is not the one under which the task is held now.
    #[error(
        "task {id} is no longer held under this lease (its attempt is {attempt}): drop the work, nothing was changed"
    )]
    LeaseLost {
        /// The task.
        id: TaskId,
        /// The number of its current or last attempt.
        attempt: u32,
    },
    /// The task has finished.
    #[error("task {id} has already finished as {}: nothing was changed", status.as_str())]
    AlreadyFinished {
        /// The task.
        id: TaskId,
        /// How it finished.
        status: Status,
    },
    /// The task stands where the call cannot move it from.
    #[error("task {id} is {}: only a failed or cancelled task can be retried", status.as_str())]
    WrongState {
        /// The task.
        id: TaskId,
        /// Where it stands.
        status: Status,
    },
    /// Another unfinished task holds the task's deduplication key.
    #[error("task {0} cannot be retried: another unfinished task has its dedup_key")]
    Duplicate(TaskId),
    /// The idempotency key was used with another body.
    #[error("this Idempotency-Key was used with another body within the last 24 hours: use a new key")]
    IdempotencyMismatch,
    /// The queue has tasks waiting for too many different sets of capabilities.
    #[error(
        "this queue has ready tasks for {} different sets of capabilities: use another queue",
        crate::limits::CAPABILITY_SETS
    )]
    TooManyCapabilitySets,
    /// Too many claims wait in this server.
    #[error("too many claims are waiting in this server: come back in a moment")]
    TooManyWaiting,
    /// Fields that cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The service is stopping.
    #[error("the service is stopping: send the request again, to another server or in a moment")]
    Draining,
    /// Redis refused, or did not answer.
    #[error(transparent)]
    Redis(#[from] waggle_core::Error),
}

impl Error {
    /// The field errors of an invalid request; none otherwise.
    pub fn fields(&self) -> &[FieldError] {
        if let Self::Invalid(invalid) = self { &invalid.errors } else { &[] }
    }
}
