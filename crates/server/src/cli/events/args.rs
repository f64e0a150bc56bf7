//! The flags of `waggle events`.

use std::process::ExitCode;

use waggle_task_queue::model::{AgentName, EventId, EventKinds, TaskId};

use super::follow;
use crate::cli::client::ConnectArgs;

/// Print what happens in a swarm.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct EventsArgs {
    /// Go on with what happens later, until this is stopped
    #[arg(long)]
    pub(super) follow: bool,

    /// Only events of this task
    #[arg(long, value_name = "ID")]
    pub(super) task: Option<TaskId>,

    /// Only events of this agent, and messages it sends or gets by name
    #[arg(long, value_name = "NAME")]
    pub(super) agent: Option<AgentName>,

    /// Only events of these kinds, such as task.completed or task.*; may be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = kind)]
    pub(super) kinds: Vec<String>,

    /// Begin behind this event [default: the oldest that is kept; with --follow, now]
    #[arg(long, value_name = "ID")]
    pub(super) since: Option<EventId>,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}

const CONTRACT: &str = "\
Prints one event a line, as JSON; its `id` is what --since takes. The service keeps the last ten thousand \
changes of a swarm or more: where events were dropped before they were read, a line with the kind `gone` \
says so.

With --follow it connects again when the connection breaks, and goes on where it was; it gives up when the \
service cannot be reached for a minute.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.";

impl EventsArgs {
    /// Prints the events.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        follow::run(self).await
    }
}

fn kind(text: &str) -> Result<String, String> {
    text.parse::<EventKinds>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}
