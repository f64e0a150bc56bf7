//! The flags of `waggle message`.

use std::process::ExitCode;

use waggle_task_queue::model::{AgentName, TopicName};

use super::{ack, read, send, subscribe, unsubscribe};
use crate::cli::client::ConnectArgs;

/// Send messages to agents and read them.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct MessageArgs {
    #[command(subcommand)]
    command: MessageCommand,
}

const CONTRACT: &str = "\
Every agent has an inbox, which keeps a message until the agent acknowledges it or its time is over. What \
runs under `waggle agent run` finds its own name in WAGGLE_AGENT and need not say who it is.

Answers are JSON on standard output, messages one a line. Refusals are a line on standard error.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage; 4 nothing came in time \
(`read --wait-ms`).";

#[derive(Debug, clap::Subcommand)]
enum MessageCommand {
    /// Send a message to an agent, to a topic or to all
    Send(Box<send::SendArgs>),
    /// Print the messages of an inbox
    Read(read::ReadArgs),
    /// Take messages out of an inbox
    Ack(ack::AckArgs),
    /// Get what is sent to a topic
    Subscribe(TopicArgs),
    /// No longer get what is sent to a topic
    Unsubscribe(TopicArgs),
}

impl MessageArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached, or what was to be sent cannot be read.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            MessageCommand::Send(args) => send::run(*args).await,
            MessageCommand::Read(args) => read::run(args).await,
            MessageCommand::Ack(args) => ack::run(args).await,
            MessageCommand::Subscribe(args) => subscribe::run(args).await,
            MessageCommand::Unsubscribe(args) => unsubscribe::run(args).await,
        }
    }
}

/// An agent and a topic.
#[derive(Debug, clap::Args)]
pub(super) struct TopicArgs {
    /// The topic
    #[arg(value_name = "TOPIC")]
    pub(super) topic: TopicName,

    /// Whose subscription
    #[arg(long, env = "WAGGLE_AGENT", value_name = "NAME")]
    pub(super) agent: AgentName,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}
