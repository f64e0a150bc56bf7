//! `waggle swarm create`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{Json, SwarmLimits, SwarmName};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct CreateArgs {
    /// Name of the swarm
    #[arg(value_name = "NAME")]
    name: SwarmName,

    /// What it is for, free text
    #[arg(long, value_name = "TEXT")]
    objective: Option<String>,

    /// How its agents are arranged, free text
    #[arg(long, value_name = "TEXT")]
    topology: Option<String>,

    /// Anything, as a JSON object
    #[arg(long, value_name = "JSON", value_parser = parse)]
    metadata: Option<Json>,

    /// Agents at most, lost ones counted [default: any number]
    #[arg(long, value_name = "N")]
    max_agents: Option<u64>,

    /// Unfinished tasks at most [default: any number]
    #[arg(long, value_name = "N")]
    max_tasks: Option<u64>,

    /// Write no history of what happens in it
    #[arg(long)]
    no_events: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// The whole description: what is left out here is unsaid.
#[derive(Serialize)]
struct Description<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    objective: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    topology: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a Json>,
    limits: SwarmLimits,
    events: bool,
}

pub(super) async fn run(args: CreateArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect.or(Some(args.name)))?;
    let description = Description {
        objective: args.objective.as_deref(),
        topology: args.topology.as_deref(),
        metadata: args.metadata.as_ref(),
        limits: SwarmLimits { max_agents: args.max_agents, max_tasks: args.max_tasks },
        events: !args.no_events,
    };
    print::answer(&service.call(&Call::put("").json(&description)?).await?)?;
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> anyhow::Result<Json> {
    source::json(text, "not JSON")
}
