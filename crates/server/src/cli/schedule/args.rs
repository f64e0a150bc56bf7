//! The flags of `waggle schedule`.

use std::process::ExitCode;

use waggle_task_queue::model::ScheduleName;

use super::{delete, get, list, pause, put, resume, run};
use crate::cli::{client::ConnectArgs, pages::ListArgs};

/// Submit tasks again and again.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct ScheduleArgs {
    #[command(subcommand)]
    command: ScheduleCommand,
}

const CONTRACT: &str = "\
A schedule submits a task at each of its times, whichever servers are up.

Answers are JSON on standard output, indented on a terminal and one line each otherwise. Refusals are a line \
on standard error.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.";

#[derive(Debug, clap::Subcommand)]
enum ScheduleCommand {
    /// Print schedules, one after the other
    List(ListArgs),
    /// Print a schedule: its task, its next times and its last run
    Get(NamedArgs),
    /// Make a schedule, or say anew what an existing one is
    Put(put::PutArgs),
    /// Submit the task of a schedule now, whatever its times are
    Run(run::RunArgs),
    /// Let schedules stand still
    Pause(NamesArgs),
    /// Let paused schedules go on, at their next time from now
    Resume(NamesArgs),
    /// Remove schedules; the tasks of their runs stay
    Delete(NamesArgs),
}

impl ScheduleArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached, or the task cannot be read.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            ScheduleCommand::List(args) => list::run(args).await,
            ScheduleCommand::Get(args) => get::run(args).await,
            ScheduleCommand::Put(args) => put::run(args).await,
            ScheduleCommand::Run(args) => run::run(args).await,
            ScheduleCommand::Pause(args) => pause::run(&args).await,
            ScheduleCommand::Resume(args) => resume::run(&args).await,
            ScheduleCommand::Delete(args) => delete::run(&args).await,
        }
    }
}

/// One schedule.
#[derive(Debug, clap::Args)]
pub(super) struct NamedArgs {
    /// The schedule
    #[arg(value_name = "NAME")]
    pub(super) name: ScheduleName,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}

/// Several schedules.
#[derive(Debug, clap::Args)]
pub(super) struct NamesArgs {
    /// The schedule; several are taken one after the other
    #[arg(required = true, value_name = "NAME")]
    pub(super) names: Vec<ScheduleName>,

    #[command(flatten)]
    pub(super) connect: ConnectArgs,
}
