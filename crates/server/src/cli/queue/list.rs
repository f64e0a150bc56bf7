//! `waggle queue list`.

use std::process::ExitCode;

use crate::cli::{
    client::{Call, ConnectArgs},
    pages::{self, PageArgs},
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    pages::print(&service, &Call::get("/queues"), &args.pages, "queues").await?;
    Ok(ExitCode::SUCCESS)
}
