//! `waggle task get`.

use std::{process::ExitCode, time::Duration};

use waggle_task_queue::model::TaskId;

use super::wait;
use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct GetArgs {
    /// The task
    id: TaskId,

    /// Wait so long for its end; the exit status then tells how it ended
    #[arg(long, value_name = "MS")]
    wait_ms: Option<u64>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: GetArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let Some(wait_ms) = args.wait_ms else {
        let body = service.call(&Call::get(format!("/tasks/{}", args.id))).await?;
        print::value(&body)?;
        return Ok(ExitCode::SUCCESS);
    };
    let body = wait::until_finished(&service, &args.id.to_string(), Duration::from_millis(wait_ms)).await?;
    print::value(&body)?;
    Ok(wait::exit_code(&body)?)
}
