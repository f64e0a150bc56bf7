//! `waggle state put`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{Json, StateKey};

use super::guard::GuardArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    path, print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct PutArgs {
    /// The key
    #[arg(value_name = "KEY", value_parser = path::key)]
    key: StateKey,

    /// Its value: JSON, @FILE, or - for standard input
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    value: String,

    /// The value is plain text
    #[arg(long)]
    text: bool,

    /// Time until it is deleted by itself [default: it stays]
    #[arg(long, value_name = "MS")]
    ttl_ms: Option<u64>,

    #[command(flatten)]
    guard: GuardArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Serialize)]
struct Put {
    value: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_ms: Option<u64>,
}

pub(super) async fn run(args: PutArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let value = if args.text {
        source::string(&args.value)?
    } else {
        source::json(&args.value, "the value is not JSON: give text with --text")?
    };
    let call = Call::put(path::state(&args.key)).json(&Put { value, ttl_ms: args.ttl_ms })?;
    print::answer(&service.call(&args.guard.guard_once(call)).await?)?;
    Ok(ExitCode::SUCCESS)
}
