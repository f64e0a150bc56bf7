use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

use super::{
    agent, backup, doctor, events, message, migrate, openapi, perf, queue, redis_acl, schedule, serve, state,
    swarm, task, token, transaction, validate,
};
use crate::bench::BenchArgs;
use crate::serve::ServeError;

/// What still runs when a command has ended is not waited for longer than this.
const LAST_TASKS: Duration = Duration::from_millis(100);
/// The exit status of a command that failed after it was understood.
const FAILED: u8 = 1;
/// The exit status of a program whose output nobody reads any more.
const SIGPIPE: u8 = 128 + 13;

/// Waggle: tasks for swarms of agents, over HTTP, kept in Redis.
#[derive(Debug, Parser)]
#[command(name = "waggle", version, about, long_about = None, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  waggle serve                                      a service on 127.0.0.1:8700 with its own Redis
  waggle task submit --payload '{\"say\":\"hello\"}'    a task for whoever is able
  waggle agent run --queue default -- wc -w         an ordinary command as an agent";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    Serve(serve::ServeArgs),
    /// Bring the stored data to this version
    Migrate(migrate::MigrateArgs),
    /// Copy the data of a private Redis, while the service runs or rests
    Backup(backup::BackupArgs),
    /// Look for what keeps the service from working
    Doctor(doctor::DoctorArgs),
    /// Measure what operations cost on this machine
    Bench(BenchArgs),
    /// Print the OpenAPI document
    Openapi(openapi::OpenapiArgs),
    /// Submit tasks and look at them
    Task(task::TaskArgs),
    /// Work on tasks, and look at who does
    Agent(agent::AgentArgs),
    /// Look at queues, say what their limits are, and steer them
    Queue(queue::QueueArgs),
    /// Submit tasks again and again
    Schedule(schedule::ScheduleArgs),
    /// Make, look at and steer swarms
    Swarm(swarm::SwarmArgs),
    /// Send messages to agents and read them
    Message(message::MessageArgs),
    /// Read and change what a swarm shares
    State(state::StateArgs),
    /// Print what happens in a swarm
    Events(events::EventsArgs),
    /// Apply a transaction: all of it or nothing
    Transaction(transaction::TransactionArgs),
    /// Make tokens, list and revoke them
    Token(token::TokenArgs),
    /// Print the least user of Redis that the service needs
    RedisAcl(redis_acl::RedisAclArgs),
    /// Print how the service is doing
    Perf(perf::PerfArgs),
    /// Test a running service with real work
    Validate(validate::ValidateArgs),
}

/// Runs the command line of this process; errors are one line on standard error.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match cli.command.runtime().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error.into()),
    };
    let ended = runtime.block_on(run(cli.command));
    runtime.shutdown_timeout(LAST_TASKS);
    ended.unwrap_or_else(|error| report(&error))
}

impl Command {
    fn runtime(&self) -> Builder {
        match self {
            Self::Bench(args) if args.on_one_thread() => Builder::new_current_thread(),
            _ => Builder::new_multi_thread(),
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(args) => args.run().await,
        Command::Migrate(args) => args.run().await,
        Command::Backup(args) => args.run(),
        Command::Doctor(args) => args.run().await,
        Command::Bench(args) => args.run().await,
        Command::Openapi(args) => args.run(),
        Command::Task(args) => args.run().await,
        Command::Agent(args) => args.run().await,
        Command::Queue(args) => args.run().await,
        Command::Schedule(args) => args.run().await,
        Command::Swarm(args) => args.run().await,
        Command::Message(args) => args.run().await,
        Command::State(args) => args.run().await,
        Command::Events(args) => args.run().await,
        Command::Transaction(args) => args.run().await,
        Command::Token(args) => args.run().await,
        Command::RedisAcl(args) => args.run(),
        Command::Perf(args) => args.run().await,
        Command::Validate(args) => args.run().await,
    }
}

fn report(error: &anyhow::Error) -> ExitCode {
    if nobody_reads(error) {
        return ExitCode::from(SIGPIPE);
    }
    // Several lines would not read as one error in a log.
    let line = format!("{error:#}").replace('\n', " ");
    let _ = writeln!(io::stderr(), "waggle: {line}");
    ExitCode::from(error.downcast_ref::<ServeError>().map_or(FAILED, ServeError::exit_status))
}

/// `waggle task list --all | head` has ended well.
fn nobody_reads(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_usage_ends_with_status_2_as_a_wrong_setting_does() {
        let error = Cli::try_parse_from(["waggle", "serve", "--no-such-flag"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
    }
}
