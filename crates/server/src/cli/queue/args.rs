//! The flags of `waggle queue`.

use std::process::ExitCode;
use std::time::Duration;

use waggle_task_queue::model::QueueName;

use super::{drain, get, list, pause, purge, replay, resume, set};
use crate::cli::{
    client::{Call, ConnectArgs},
    each,
    pages::ListArgs,
    service::Service,
};

/// How long one try to treat thousands of tasks may take.
const REPAIR: Duration = Duration::from_secs(50);

/// Look at queues, say what their limits are, and steer them.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct QueueArgs {
    #[command(subcommand)]
    command: QueueCommand,
}

const CONTRACT: &str = "\
A queue is where tasks wait for agents. It comes into being with its first task, or when something is said of it.

Answers are JSON on standard output, indented on a terminal and one line each otherwise. Refusals are a line \
on standard error.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.";

#[derive(Debug, clap::Subcommand)]
enum QueueCommand {
    /// Print queues, one after the other
    List(ListArgs),
    /// Print a queue: its limits, and how many tasks of each state it has
    Get(NamedArgs),
    /// Say what the limits of a queue are, and the defaults of its tasks
    Set(set::SetArgs),
    /// Let queues hand nothing out: agents wait, and submits go on
    Pause(NamesArgs),
    /// Let queues that were paused or drained go on
    Resume(NamesArgs),
    /// Let queues take nothing in: submits are refused, and agents get what is there
    Drain(NamesArgs),
    /// Delete what waits in queues, for good: ready, scheduled and blocked tasks
    Purge(NamesArgs),
    /// Make the failed tasks of queues ready again
    Replay(NamesArgs),
}

impl QueueArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            QueueCommand::List(args) => list::run(args).await,
            QueueCommand::Get(args) => get::run(args).await,
            QueueCommand::Set(args) => set::run(args).await,
            QueueCommand::Pause(args) => pause::run(&args).await,
            QueueCommand::Resume(args) => resume::run(&args).await,
            QueueCommand::Drain(args) => drain::run(&args).await,
            QueueCommand::Purge(args) => purge::run(&args).await,
            QueueCommand::Replay(args) => replay::run(&args).await,
        }
    }
}

/// One queue.
#[derive(Debug, clap::Args)]
pub(super) struct NamedArgs {
    /// The queue
    #[arg(value_name = "NAME")]
    pub(super) name: QueueName,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}

/// Several queues.
#[derive(Debug, clap::Args)]
pub(super) struct NamesArgs {
    /// The queue; several are taken one after the other
    #[arg(required = true, value_name = "NAME")]
    names: Vec<QueueName>,

    #[command(flatten)]
    connect: ConnectArgs,
}

impl NamesArgs {
    /// Posts to `verb` of each queue and prints the answers.
    ///
    /// # Errors
    /// When the service cannot be reached.
    pub(super) async fn post(&self, verb: &str) -> anyhow::Result<ExitCode> {
        self.each(|name| Call::post(format!("/queues/{name}/{verb}"))).await
    }

    /// As [`post`](Self::post), for what treats many tasks: a request has its bound, and says `more` when it has reached it.
    ///
    /// # Errors
    /// When the service cannot be reached.
    pub(super) async fn repair(&self, verb: &str) -> anyhow::Result<ExitCode> {
        self.each(|name| Call::post(format!("/queues/{name}/{verb}")).waiting(REPAIR)).await
    }

    async fn each(&self, call: impl Fn(&QueueName) -> Call) -> anyhow::Result<ExitCode> {
        each::run(&Service::open(&self.connect)?, &self.names, call).await
    }
}
