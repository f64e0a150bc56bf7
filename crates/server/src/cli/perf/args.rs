//! The flags of `waggle perf`.

use std::process::ExitCode;

use super::{alerts, history, report};

/// Print how the service is doing.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, after_help = CONTRACT)]
pub struct PerfArgs {
    #[command(subcommand)]
    command: Option<PerfCommand>,

    #[command(flatten)]
    report: report::ReportArgs,
}

const CONTRACT: &str = "\
The report says how fast the service is, whether its targets hold and how sure that is, what has been changing, \
and which setting to change. All of it was measured in real work: without work there is nothing to tell, which a \
table shows as `-` and JSON as null. Times are milliseconds; p95 is the time within which 95 of 100 were done.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.

Examples:
  waggle perf                                       the last minute of one server, as a table
  waggle perf --scope fleet --window-ms 600000      the last ten minutes of all servers on the same Redis
  waggle perf --json | jq .confidence               for a program
  watch waggle perf                                 again and again";

#[derive(Debug, clap::Subcommand)]
enum PerfCommand {
    /// Print the alerts that are active, and those that were
    Alerts(alerts::AlertsArgs),
    /// Print how the service has been doing, a sample a line
    History(history::HistoryArgs),
}

impl PerfArgs {
    /// Prints what the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            None => report::run(self.report).await,
            Some(PerfCommand::Alerts(args)) => alerts::run(args).await,
            Some(PerfCommand::History(args)) => history::run(args).await,
        }
    }
}
