//! The flags of `waggle agent`.

use std::{ffi::OsString, process::ExitCode};

use waggle_task_queue::{
    limits::{LEASE_MS_MAX, LEASE_MS_MIN},
    model::{AgentName, Capability, QueueName},
};

use super::{drain, get, list, register, remove, resume, run};
use crate::cli::client::ConnectArgs;

/// Work on tasks, and look at who does.
#[derive(Debug, clap::Args)]
pub struct AgentArgs {
    #[command(subcommand)]
    command: AgentCommand,
}

impl AgentArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the agent cannot go on: the service refuses it or stays away, or its command cannot be started.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            AgentCommand::Run(args) => run::run(*args).await,
            AgentCommand::Register(args) => register::run(args).await,
            AgentCommand::List(args) => list::run(args).await,
            AgentCommand::Get(args) => get::run(args).await,
            AgentCommand::Drain(args) => drain::run(&args).await,
            AgentCommand::Resume(args) => resume::run(&args).await,
            AgentCommand::Remove(args) => remove::run(&args).await,
        }
    }
}

#[derive(Debug, clap::Subcommand)]
enum AgentCommand {
    /// Run a command for each task of some queues
    #[command(after_help = CONTRACT, after_long_help = CONTRACT)]
    Run(Box<RunArgs>),
    /// Register an agent, or say anew what it is: a claim registers unknown ones by itself
    Register(register::RegisterArgs),
    /// Print agents, one after the other
    List(list::ListArgs),
    /// Print an agent
    Get(get::GetArgs),
    /// Tell agents to finish what they hold and to take no more
    Drain(NamesArgs),
    /// Let draining agents take tasks again
    Resume(NamesArgs),
    /// Remove agents: what they hold is ready for others at once, their inboxes are gone
    Remove(NamesArgs),
}

/// Several agents.
#[derive(Debug, clap::Args)]
pub(super) struct NamesArgs {
    /// The agent; several are taken one after the other
    #[arg(required = true, value_name = "NAME")]
    pub(super) names: Vec<AgentName>,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}

/// What the command is told and what is made of what it does.
const CONTRACT: &str = "\
What the command gets:
  standard input  the payload: a string as its plain text, any other JSON as it was submitted,
                  nothing for null (with --raw-json always JSON)
  environment     WAGGLE_TASK_ID, WAGGLE_TASK_TYPE, WAGGLE_TASK_QUEUE, WAGGLE_TASK_PRIORITY,
                  WAGGLE_TASK_ATTEMPT, WAGGLE_TASK_MAX_ATTEMPTS, WAGGLE_TASK_TAGS (with commas
                  between), WAGGLE_TASK_METADATA (JSON), WAGGLE_TASK_CREATED_AT, WAGGLE_LEASE (the
                  lease token), WAGGLE_AGENT, WAGGLE_SWARM, WAGGLE_URL, and TRACEPARENT where the
                  task has one

What becomes of the task:
  exit status 0   completed; the result is what was printed: JSON where it is valid JSON, else text
                  as a string without its last newline, null where nothing was printed. At most
                  900 KiB
  otherwise       failed, and tried again while attempts are left: error kind exit_status or signal,
                  the last line of standard error as its message, the end of it in its details
  too much output failed for good, error kind output_too_large; output_refused where the service
                  says no
  cancelled       the command's process group gets SIGTERM, and SIGKILL after --grace-ms
  lease lost      the process group is killed and nothing is reported: the task belongs to another
                  agent. A lease that cannot be extended in time counts as lost

An agent that is drained, or removed while it waits, finishes what it holds, claims no more, and
ends.

At SIGINT or SIGTERM no more tasks are claimed, running commands get SIGTERM (SIGKILL after
--grace-ms) and their tasks are given back without the attempt being counted. A second signal kills
everything at once; the tasks come back when their leases end. An agent that is killed with SIGKILL
leaves its commands running; what they print is lost.

Exit status: 0 stopped as asked (a signal, --max-tasks, --exit-when-idle-ms, drained, removed);
1 the service refused a call or stayed away for --give-up-after-ms, or the command cannot be
started; 2 wrong usage; 130 or 143 after a second SIGINT or SIGTERM.";

/// The flags of `waggle agent run`.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) connect: ConnectArgs,

    /// Queue to take tasks from; may be repeated, the first one first
    #[arg(long = "queue", value_name = "NAME", default_value = "default")]
    pub(super) queues: Vec<QueueName>,

    /// Commands run at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(super) concurrency: u16,

    /// Something this agent can do and tasks may require; may be repeated [default: what the agent is
    /// registered with]
    #[arg(long = "capability", value_name = "NAME")]
    pub(super) capabilities: Vec<Capability>,

    /// Name of this agent [default: host name and process id]
    #[arg(long, value_name = "NAME")]
    pub(super) agent: Option<AgentName>,

    /// Lease of the tasks; heartbeats go out at a third of it [default: each task's own]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(LEASE_MS_MIN..=LEASE_MS_MAX))]
    pub(super) lease_ms: Option<u64>,

    /// Time between SIGTERM and SIGKILL for a command that has to stop
    #[arg(long, value_name = "MS", default_value_t = 10_000)]
    pub(super) grace_ms: u64,

    /// Time a service that does not answer is asked again
    #[arg(long, value_name = "MS", default_value_t = 60_000)]
    pub(super) give_up_after_ms: u64,

    /// Give every payload as JSON, strings too
    #[arg(long)]
    pub(super) raw_json: bool,

    /// Stop after this many tasks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) max_tasks: Option<u64>,

    /// Stop when nothing has run and nothing could be claimed for so long
    #[arg(long, value_name = "MS")]
    pub(super) exit_when_idle_ms: Option<u64>,

    /// The command and its arguments, run without a shell
    #[arg(last = true, required = true, num_args = 1.., value_name = "CMD")]
    pub(super) command: Vec<OsString>,
}
