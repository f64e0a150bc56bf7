//! `waggle agent register`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{AgentName, Capability, Json};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args, Serialize)]
pub(super) struct RegisterArgs {
    /// Name of the agent
    #[arg(value_name = "NAME")]
    #[serde(skip)]
    name: AgentName,

    /// Something it can do and tasks may require; may be repeated
    #[arg(long = "capability", value_name = "NAME")]
    capabilities: Vec<Capability>,

    /// Tasks it holds at once at most [default: 1]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u64>,

    /// Time without a sign of it after which it counts as lost [default: 60000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_ms: Option<u64>,

    /// Messages its inbox holds at most [default: 10000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    inbox_limit: Option<u64>,

    /// Anything, as a JSON object
    #[arg(long, value_name = "JSON", value_parser = parse)]
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Json>,

    #[command(flatten)]
    #[serde(skip)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: RegisterArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::put(format!("/agents/{}", args.name)).json(&args)?;
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> anyhow::Result<Json> {
    source::json(text, "not JSON")
}
