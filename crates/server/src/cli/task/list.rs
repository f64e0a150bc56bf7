//! `waggle task list`.

use std::process::ExitCode;

use waggle_task_queue::model::{QueueName, Status};

use crate::cli::{
    client::{Call, ConnectArgs},
    pages::{self, PageArgs},
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only tasks in this state
    #[arg(long, value_name = "STATE")]
    status: Option<Status>,

    /// Only tasks of this queue
    #[arg(long, value_name = "NAME")]
    queue: Option<QueueName>,

    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::get("/tasks")
        .query("status", args.status.map(Status::as_str))
        .query("queue", args.queue.as_ref());
    pages::print(&service, &call, &args.pages, "tasks").await?;
    Ok(ExitCode::SUCCESS)
}
