//! `waggle task attempts`.

use std::process::ExitCode;

use serde::Deserialize;
use waggle_task_queue::model::{Json, TaskId};

use crate::cli::{
    client::{Call, ConnectArgs, json},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct AttemptsArgs {
    /// The task
    id: TaskId,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Deserialize)]
struct Attempts {
    items: Vec<Json>,
}

pub(super) async fn run(args: &AttemptsArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let attempts: Attempts = json(&service.call(&Call::get(format!("/tasks/{}/attempts", args.id))).await?)?;
    for attempt in attempts.items {
        print::value(attempt.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
