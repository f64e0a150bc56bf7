//! `waggle state increment`.

use std::process::ExitCode;

use serde::Serialize;
use uuid::Uuid;
use waggle_task_queue::model::{Json, StateKey};

use super::guard::GuardArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    path, print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct IncrementArgs {
    /// The key
    #[arg(value_name = "KEY", value_parser = path::key)]
    key: StateKey,

    /// What is added, below zero to subtract
    #[arg(long, value_name = "NUMBER", default_value = "1", allow_hyphen_values = true, value_parser = number)]
    by: Json,

    /// Makes this increment one and the same, however often it is sent within a day [default: a new one]
    #[arg(long, value_name = "TEXT")]
    idempotency_key: Option<String>,

    #[command(flatten)]
    guard: GuardArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Serialize)]
struct Increment {
    by: Json,
}

pub(super) async fn run(args: IncrementArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let key = args.idempotency_key.unwrap_or_else(|| Uuid::new_v4().to_string());
    let call = Call::post(format!("{}/increment", path::state(&args.key)));
    let call = args.guard.guard(call.idempotency_key(key).json(&Increment { by: args.by })?);
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}

/// The digits as they were written.
fn number(text: &str) -> anyhow::Result<Json> {
    serde_json::from_str::<serde_json::Number>(text)?;
    source::json(text, "not a number")
}
