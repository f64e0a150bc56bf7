//! `waggle perf alerts`.

use std::process::ExitCode;

use crate::cli::client::{Call, ServiceArgs};
use crate::cli::{print, service::Service};

#[derive(Debug, clap::Args)]
pub(super) struct AlertsArgs {
    #[command(flatten)]
    service: ServiceArgs,
}

pub(super) async fn run(args: AlertsArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.service.into())?;
    print::answer(&service.call(&Call::get("/perf/alerts").of_the_service()).await?)?;
    Ok(ExitCode::SUCCESS)
}
