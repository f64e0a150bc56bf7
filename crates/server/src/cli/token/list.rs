//! `waggle token list`.

use std::process::ExitCode;

use crate::cli::client::{Call, ServiceArgs};
use crate::cli::{pages, pages::PageArgs, service::Service};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    page: PageArgs,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.service.into())?;
    pages::print(&service, &Call::get("/v1/tokens").of_the_service(), &args.page, "tokens").await?;
    Ok(ExitCode::SUCCESS)
}
