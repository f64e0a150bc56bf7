//! `waggle task cancel`.

use std::process::ExitCode;

use waggle_task_queue::model::TaskId;

use crate::cli::{
    client::{Call, ConnectArgs},
    each,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    /// The task; several are taken one after the other
    #[arg(required = true, value_name = "ID")]
    ids: Vec<TaskId>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: &CancelArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = |id: &TaskId| Call::post(format!("/tasks/{id}/cancel"));
    each::run(&service, &args.ids, call).await
}
