//! What is said of a schedule, read and put back with a change.

use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use waggle_task_queue::model::{Json, ScheduleName};

use super::args::NamesArgs;
use crate::cli::{
    client::{Call, CallError, json},
    print,
    service::Service,
};

/// What a PUT takes of what a GET answers, as it was written.
#[derive(Deserialize, Serialize)]
struct Said {
    cron: Json,
    timezone: Json,
    task: Json,
    overlap: Json,
    missed: Json,
    paused: bool,
}

/// Puts each schedule back, paused or not. There is no condition that a schedule is as it was read: what somebody else
/// says of it in this very moment may be lost.
///
/// # Errors
/// When the service cannot be reached or its answer not be understood.
pub(super) async fn put_back(args: &NamesArgs, paused: bool) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let mut refused = false;
    for name in &args.names {
        match one(&service, name, paused).await {
            Err(error) if error.downcast_ref().is_some_and(|error: &CallError| error.problem().is_some()) => {
                refused = true;
                eprintln!("waggle: {error}");
            }
            other => other?,
        }
    }
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn one(service: &Service, name: &ScheduleName, paused: bool) -> anyhow::Result<()> {
    let path = format!("/schedules/{name}");
    let mut body = service.call(&Call::get(path.as_str())).await?;
    let mut said: Said = json(&body)?;
    if said.paused != paused {
        said.paused = paused;
        body = service.call(&Call::put(path).json(&said)?).await?;
    }
    Ok(print::value(&body)?)
}
