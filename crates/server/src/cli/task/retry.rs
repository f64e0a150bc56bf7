//! `waggle task retry`.

use std::process::ExitCode;

use waggle_task_queue::model::TaskId;

use crate::cli::{
    client::{Call, ConnectArgs},
    each,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct RetryArgs {
    /// The task; several are taken one after the other
    #[arg(required = true, value_name = "ID")]
    ids: Vec<TaskId>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: &RetryArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    // Applied twice, it would be refused the second time: the task is ready already.
    let call = |id: &TaskId| Call::post(format!("/tasks/{id}/retry")).once();
    each::run(&service, &args.ids, call).await
}
