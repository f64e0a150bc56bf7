//! `waggle agent list`.

use std::process::ExitCode;

use waggle_task_queue::model::Capability;

use crate::cli::{
    client::{Call, ConnectArgs},
    pages::{self, PageArgs},
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only agents of this status
    #[arg(long, value_name = "STATUS", value_parser = ["live", "draining", "lost"])]
    status: Option<String>,

    /// Only agents that are able to do this
    #[arg(long, value_name = "NAME")]
    capability: Option<Capability>,

    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::get("/agents").query("status", args.status).query("capability", args.capability);
    pages::print(&service, &call, &args.pages, "agents").await?;
    Ok(ExitCode::SUCCESS)
}
