//! The flags of `waggle task`.

use std::process::ExitCode;

use super::{act, assign, attempts, cancel, count, get, input, list, output, retry, submit};

/// Submit, read and steer tasks.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct TaskArgs {
    #[command(subcommand)]
    command: TaskCommand,
}

const CONTRACT: &str = "\
Answers are JSON on standard output, indented on a terminal and one line each otherwise. Refusals are a line \
on standard error. Calls that a passing fault kept from an answer are sent again for three seconds, in a way \
that applies them once.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage; where the end of a task is \
waited for: 3 it failed or was cancelled, 4 it has not finished in time.";

#[derive(Debug, clap::Subcommand)]
enum TaskCommand {
    /// Submit a task, or many
    Submit(Box<submit::SubmitArgs>),
    /// Print a task
    Get(get::GetArgs),
    /// Print tasks, one after the other
    List(list::ListArgs),
    /// Print how many tasks there are, in all and by state
    Count(count::CountArgs),
    /// Print the attempts at a task, one after the other
    Attempts(attempts::AttemptsArgs),
    /// Print what the holders of a task have streamed, one chunk a line
    Output(output::OutputArgs),
    /// Let one agent alone claim a task
    Assign(assign::AssignArgs),
    /// Cancel tasks: a running one is asked to stop
    Cancel(cancel::CancelArgs),
    /// Make failed or cancelled tasks ready again
    Retry(retry::RetryArgs),
    /// Cancel, retry or delete all tasks that fit, by the thousand
    Act(act::ActArgs),
    /// Answer a task that asks a person
    Input(input::InputArgs),
}

impl TaskArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached, or what was to be submitted cannot be read.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            TaskCommand::Submit(args) => submit::run(*args).await,
            TaskCommand::Get(args) => get::run(args).await,
            TaskCommand::List(args) => list::run(args).await,
            TaskCommand::Count(args) => count::run(args).await,
            TaskCommand::Attempts(args) => attempts::run(&args).await,
            TaskCommand::Output(args) => output::run(&args).await,
            TaskCommand::Assign(args) => assign::run(&args).await,
            TaskCommand::Cancel(args) => cancel::run(&args).await,
            TaskCommand::Retry(args) => retry::run(&args).await,
            TaskCommand::Act(args) => act::run(args).await,
            TaskCommand::Input(args) => input::run(&args).await,
        }
    }
}
