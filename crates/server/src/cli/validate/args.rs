use std::process::ExitCode;

use crate::cli::client::ServiceArgs;
use crate::perf::validate::Test;

/// The flags of `waggle validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status: 0 passed; 1 a test did not pass, or the confidence is below 93; 2 wrong usage, or the service cannot be
reached; 130 or 143 broken off by a signal.

Examples:
  waggle validate --quick
  waggle validate --url http://10.0.0.5:8700 --json
  waggle validate --tests task_assignment_latency,stress")]
pub(in crate::cli) struct ValidateArgs {
    /// Half a minute at most, and not three
    #[arg(long)]
    pub(super) quick: bool,

    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(super) json: bool,

    /// Only these tests; a confidence needs all seven
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) tests: Vec<Test>,

    /// Loosens limits of speed, for a build without optimisation
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = slack, hide = true)]
    pub(super) slack: f64,

    /// The test whose limits --slack leaves as they are
    #[arg(long, value_name = "NAME", hide = true)]
    pub(super) strict: Option<Test>,

    #[command(flatten)]
    pub(super) service: ServiceArgs,
}

impl ValidateArgs {
    /// Tests the service.
    ///
    /// # Errors
    /// When the result cannot be printed.
    pub(in crate::cli) async fn run(self) -> anyhow::Result<ExitCode> {
        super::run::run(self).await
    }

    /// The tests that are wanted, in the order in which they are made.
    pub(super) fn chosen(&self) -> Vec<Test> {
        let wanted = |test: &Test| self.tests.is_empty() || self.tests.contains(test);
        Test::ALL.into_iter().filter(wanted).collect()
    }
}

/// Limits are loosened and never tightened.
fn slack(text: &str) -> Result<f64, String> {
    let factor = text.parse::<f64>().ok().filter(|factor| (1.0..=100.0).contains(factor));
    factor.ok_or_else(|| "a factor from 1 to 100".to_owned())
}
