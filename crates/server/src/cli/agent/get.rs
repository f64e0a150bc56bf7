//! `waggle agent get`.

use std::process::ExitCode;

use waggle_task_queue::model::AgentName;

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct GetArgs {
    /// The agent
    #[arg(value_name = "NAME")]
    name: AgentName,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: GetArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    print::answer(&service.call(&Call::get(format!("/agents/{}", args.name))).await?)?;
    Ok(ExitCode::SUCCESS)
}
