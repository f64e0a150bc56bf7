//! `waggle token revoke`.

use std::process::ExitCode;

use waggle_task_queue::model::TokenName;

use crate::cli::client::{Call, ServiceArgs};
use crate::cli::service::Service;

#[derive(Debug, clap::Args)]
pub(super) struct RevokeArgs {
    /// Name of the token
    #[arg(value_name = "NAME")]
    name: TokenName,

    #[command(flatten)]
    service: ServiceArgs,
}

pub(super) async fn run(args: RevokeArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.service.into())?;
    // Sent again after a lost answer it would not find what it has removed.
    service.call(&Call::delete(format!("/v1/tokens/{}", args.name)).of_the_service().once()).await?;
    Ok(ExitCode::SUCCESS)
}
