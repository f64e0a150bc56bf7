//! The same call for several things.

use std::process::ExitCode;

use super::{client::Call, print, service::Service};

/// Sends `call` for each of `things`, prints what is answered and says what is refused. A refusal does not
/// keep the others from their turn; anything else that goes wrong does.
///
/// # Errors
/// When the service cannot be reached or its answer not be understood.
pub(in crate::cli) async fn run<T>(
    service: &Service,
    things: &[T],
    call: impl Fn(&T) -> Call,
) -> anyhow::Result<ExitCode> {
    let mut refused = false;
    for thing in things {
        match service.call(&call(thing)).await {
            Ok(body) => print::answer(&body)?,
            Err(error) if error.problem().is_some() => {
                refused = true;
                eprintln!("waggle: {error}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
