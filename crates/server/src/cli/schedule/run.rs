//! `waggle schedule run`.

use std::process::ExitCode;

use uuid::Uuid;

use super::args::NamedArgs;
use crate::cli::{client::Call, print, service::Service};

#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    named: NamedArgs,

    /// Makes this run one and the same, however often it is sent within a day [default: a new one]
    #[arg(long, value_name = "TEXT")]
    idempotency_key: Option<String>,
}

pub(super) async fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    let RunArgs { named: NamedArgs { name, connect }, idempotency_key } = args;
    let key = idempotency_key.unwrap_or_else(|| Uuid::new_v4().to_string());
    let call = Call::post(format!("/schedules/{name}/run")).idempotency_key(key);
    print::value(&Service::open(&connect)?.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}
