//! `waggle task cancel`.

use std::process::ExitCode;

use waggle_task_queue::model::TaskId;

use super::{print, session::Session};
use crate::cli::client::{Call, ConnectArgs};

#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    /// The task
    id: TaskId,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: &CancelArgs) -> anyhow::Result<ExitCode> {
    let session = Session::open(&args.connect)?;
    let body = session.call(&Call::post(format!("/tasks/{}/cancel", args.id))).await?;
    print::value(&body)?;
    Ok(ExitCode::SUCCESS)
}
