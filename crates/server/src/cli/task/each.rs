//! The same call for several tasks.

use std::process::ExitCode;

use waggle_task_queue::model::TaskId;

use super::{print, service::Service};
use crate::cli::client::Call;

/// Sends `call` for each of `ids`, prints what is answered and says what is refused. A refusal does not
/// keep the others from their turn; anything else that goes wrong does.
///
/// # Errors
/// When the service cannot be reached or its answer not be understood.
pub(super) async fn run(
    service: &Service,
    ids: &[TaskId],
    call: impl Fn(&TaskId) -> Call,
) -> anyhow::Result<ExitCode> {
    let mut refused = false;
    for id in ids {
        match service.call(&call(id)).await {
            Ok(body) => print::value(&body)?,
            Err(error) if error.problem().is_some() => {
                refused = true;
                eprintln!("waggle: {error}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
