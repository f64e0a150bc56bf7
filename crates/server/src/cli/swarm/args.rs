//! The flags of `waggle swarm`.

use std::process::ExitCode;

use waggle_task_queue::model::SwarmName;

use super::{create, delete, export, get, import, list, pause, resume, stats};
use crate::cli::{
    client::{Call, ConnectArgs},
    pages::ListArgs,
    service::Service,
};

/// Make, look at and steer swarms.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct SwarmArgs {
    #[command(subcommand)]
    command: SwarmCommand,
}

const CONTRACT: &str = "\
A swarm is what tasks, agents, messages and state belong to; `default` is always there. Where no NAME is \
given, the swarm of --swarm is meant.

Answers are JSON on standard output, indented on a terminal and one line each otherwise. Refusals are a line \
on standard error.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.";

#[derive(Debug, clap::Subcommand)]
enum SwarmCommand {
    /// Make a swarm, or say anew what an existing one is
    Create(create::CreateArgs),
    /// Print swarms, one after the other
    List(ListArgs),
    /// Print a swarm
    Get(NamedArgs),
    /// Delete a swarm and all that it holds
    Delete(delete::DeleteArgs),
    /// Let a swarm stand still: no claim gets a task
    Pause(NamedArgs),
    /// Let a paused swarm go on
    Resume(NamedArgs),
    /// Write all of a swarm as lines of JSON
    Export(export::ExportArgs),
    /// Restore what was exported into an empty swarm
    Import(import::ImportArgs),
    /// Print how many tasks and agents of each state a swarm has, and how fast it works
    Stats(NamedArgs),
}

impl SwarmArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            SwarmCommand::Create(args) => create::run(args).await,
            SwarmCommand::List(args) => list::run(args).await,
            SwarmCommand::Get(args) => get::run(args).await,
            SwarmCommand::Delete(args) => delete::run(args).await,
            SwarmCommand::Pause(args) => pause::run(args).await,
            SwarmCommand::Resume(args) => resume::run(args).await,
            SwarmCommand::Export(args) => export::run(args).await,
            SwarmCommand::Import(args) => import::run(args).await,
            SwarmCommand::Stats(args) => stats::run(args).await,
        }
    }
}

/// One swarm.
#[derive(Debug, clap::Args)]
pub(super) struct NamedArgs {
    /// The swarm [default: that of --swarm]
    #[arg(value_name = "NAME")]
    name: Option<SwarmName>,

    #[command(flatten)]
    connect: ConnectArgs,
}

impl NamedArgs {
    /// Sends `call` about the swarm and prints the answer.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub(super) async fn answer(self, call: Call) -> anyhow::Result<ExitCode> {
        let service = Service::open(&self.connect.or(self.name))?;
        crate::cli::print::answer(&service.call(&call).await?)?;
        Ok(ExitCode::SUCCESS)
    }
}
