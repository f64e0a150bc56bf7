//! `waggle state list`.

use std::process::ExitCode;

use crate::cli::{
    client::{Call, ConnectArgs},
    pages::{self, PageArgs},
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only keys that begin so
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,

    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    pages::print(&service, &Call::get("/state").query("prefix", args.prefix), &args.pages, "keys").await?;
    Ok(ExitCode::SUCCESS)
}
