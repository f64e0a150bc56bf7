//! `waggle task input`.

use std::process::ExitCode;

use waggle_task_queue::model::{Input, TaskId};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// The task
    #[arg(value_name = "ID")]
    id: TaskId,

    /// The answer: JSON, @FILE, or - for standard input
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,

    /// The answer is plain text
    #[arg(long)]
    text: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: &InputArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let value = if args.text {
        source::string(&args.value)?
    } else {
        source::json(&args.value, "the answer is not JSON: give text with --text")?
    };
    // Applied twice, it would be refused the second time: the task is ready already.
    let call = Call::post(format!("/tasks/{}/input", args.id)).once().json(&Input { value })?;
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}
