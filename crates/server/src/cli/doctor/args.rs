use std::path::Path;
use std::process::ExitCode;

use waggle_core::server::{StartError, manifest_of};

use super::checks;
use super::report::Report;
use crate::cli::settings::StoreArgs;
use crate::config::Settings;
use crate::serve::{ServeError, Store};

/// The flags of `waggle doctor`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct DoctorArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Check the invariants of everything stored as well: each task in exactly one place, nothing lost
    #[arg(long)]
    audit: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Works beside a running service and without one: the private Redis of a service that does not run is
started for as long as the checks take. A directory without data is a finding; nothing is made there.
Exit status: 0 everything is well, 1 something is not, 2 wrong settings.

Examples:
  waggle doctor
  waggle doctor --audit --data-dir /var/lib/waggle
  waggle doctor --json --redis-url redis://10.0.0.5:6379";

impl DoctorArgs {
    /// Runs the checks and prints what they found.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub(in crate::cli) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.store.settings([])?;
        let mut report = Report::default();
        match open(&settings).await {
            Ok(store) => {
                checks::run(&store, self.audit, &mut report).await;
                store.close().await;
            }
            Err(error) => report.failed("redis", error.to_string()),
        }
        report.print(self.json)?;
        Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The data as it is: of the running service where there is one.
async fn open(settings: &Settings) -> Result<Store, ServeError> {
    let data_dir = &settings.server.data_dir;
    if settings.redis.private().is_some() {
        look_for_data(data_dir)?;
    }
    match Store::open(settings).await {
        Err(ServeError::PrivateRedis(StartError::InUse { .. } | StartError::StillHeld { .. })) => {
            Store::of_running_service(settings).await
        }
        opened => opened,
    }
}

/// A private Redis would begin new data where there is none, and find it well. A directory that nobody may look into is
/// told of by whoever opens it.
fn look_for_data(data_dir: &Path) -> Result<(), ServeError> {
    let manifest = manifest_of(data_dir);
    if !matches!(manifest.try_exists(), Ok(false)) {
        return Ok(());
    }
    let problem = format!(
        "there is no data of Waggle in {}: {} does not exist, and nothing was made. Name the data directory of the service \
         with --data-dir; `waggle serve` begins a new one",
        data_dir.display(),
        manifest.display(),
    );
    Err(ServeError::Redis { setting: "`server.data_dir`", problem })
}
