//! Waiting for the end of a task.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::Deserialize;
use waggle_task_queue::{limits::WAIT_MS_MAX, model::Status};

use crate::cli::{
    client::{Call, CallError, json},
    service::Service,
};

/// The exit status where a task did not complete.
const NOT_COMPLETED: u8 = 3;
/// The exit status where a task has not finished in time.
const NOT_FINISHED: u8 = 4;

/// Task `id` once it has finished, or as it stands after `limit`; one long poll after the other.
///
/// # Errors
/// When the service refuses or cannot be reached.
pub(super) async fn until_finished(service: &Service, id: &str, limit: Duration) -> Result<Bytes, CallError> {
    let ends = Instant::now() + limit;
    loop {
        let left = ends.saturating_duration_since(Instant::now());
        let wait = left.min(Duration::from_millis(WAIT_MS_MAX));
        let call = Call::get(format!("/tasks/{id}")).waiting(wait).query("wait_ms", Some(wait.as_millis()));
        let body = service.call(&call).await?;
        if status(&body)?.is_finished() || wait == left {
            return Ok(body);
        }
    }
}

/// What a shell is told about a task that was waited for.
///
/// # Errors
/// When `body` is not a task.
pub(super) fn exit_code(body: &Bytes) -> Result<ExitCode, CallError> {
    Ok(match status(body)? {
        Status::Completed => ExitCode::SUCCESS,
        status if status.is_finished() => ExitCode::from(NOT_COMPLETED),
        _ => ExitCode::from(NOT_FINISHED),
    })
}

fn status(body: &Bytes) -> Result<Status, CallError> {
    #[derive(Deserialize)]
    struct Standing {
        status: Status,
    }
    json::<Standing>(body).map(|task| task.status)
}
