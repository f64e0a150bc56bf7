//! `waggle task retry`.

use std::process::ExitCode;

use waggle_task_queue::model::TaskId;

use super::{print, session::Session};
use crate::cli::client::{Call, ConnectArgs};

#[derive(Debug, clap::Args)]
pub(super) struct RetryArgs {
    /// The task
    id: TaskId,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: &RetryArgs) -> anyhow::Result<ExitCode> {
    let session = Session::open(&args.connect)?;
    // Applied twice, it would be refused the second time: the task is ready already.
    let body = session.call(&Call::post(format!("/tasks/{}/retry", args.id)).once()).await?;
    print::value(&body)?;
    Ok(ExitCode::SUCCESS)
}
