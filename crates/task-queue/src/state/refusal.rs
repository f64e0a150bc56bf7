//! Refusals that several functions on the state share.

use waggle_core::Error as RedisError;

use crate::{
    Error,
    model::{StateGuard, StateKey, TaskId},
    store::Line,
};

/// What is said of a key whose version, the next word of `line`, is not the one that was named.
pub(super) fn version_mismatch(key: &StateKey, mut line: Line) -> Error {
    match line.parse() {
        Ok(version) => Error::VersionMismatch { key: key.to_string(), version },
        Err(error) => error.into(),
    }
}

/// What is said of a lease that is not held; the number of the task's attempt is the next word of `line`.
pub(super) fn lease_lost(guard: &StateGuard, mut line: Line) -> Error {
    match (task_of(guard), line.parse()) {
        (Some(id), Ok(attempt)) => Error::LeaseLost { id, attempt },
        _ => unknown(&line),
    }
}

/// What is said of a lease on a task that does not exist.
pub(super) fn task_not_found(guard: &StateGuard, line: &Line) -> Error {
    task_of(guard).map_or_else(|| unknown(line), Error::TaskNotFound)
}

/// An answer that the functions do not give.
pub(super) fn unknown(line: &Line) -> Error {
    RedisError::into(line.broken())
}

fn task_of(guard: &StateGuard) -> Option<TaskId> {
    guard.lease.as_ref().map(|lease| lease.task())
}
