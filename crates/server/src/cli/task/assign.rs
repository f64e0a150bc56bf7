//! `waggle task assign`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{AgentName, TaskId};

use crate::cli::{
    client::{Call, ConnectArgs},
    each,
    service::Service,
};

#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub(super) struct AssignArgs {
    /// The task; several are taken one after the other
    #[arg(required = true, value_name = "ID")]
    ids: Vec<TaskId>,

    #[command(flatten)]
    to: To,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// An agent, or how one is chosen.
#[derive(Debug, clap::Args, Serialize)]
#[group(required = true, multiple = false)]
struct To {
    /// The agent that alone may claim it
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentName>,

    /// How the agent is chosen among those that are live, able and have room
    #[arg(long, value_parser = ["least_loaded", "round_robin", "best_match"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<String>,
}

const CONTRACT: &str = "\
For tasks that nobody holds, whatever they were assigned to before. When the agent is lost, they are anybody's.";

pub(super) async fn run(args: &AssignArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = |id: &TaskId| Call::post(format!("/tasks/{id}/assign")).json(&args.to);
    let calls = args.ids.iter().map(call).collect::<Result<Vec<_>, _>>()?;
    each::run(&service, &calls, Call::clone).await
}
