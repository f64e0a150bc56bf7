use std::io::Write as _;
use std::process::ExitCode;

use waggle_task_queue::migrate;

use super::settings::StoreArgs;
use crate::serve::Store;

/// The flags of `waggle migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    store: StoreArgs,
}

const EXAMPLES: &str = "\
Runs in small steps and goes on where it was interrupted; nothing happens where the data has this version
already. Stop the service first.

Examples:
  waggle migrate
  waggle migrate --data-dir /var/lib/waggle
  waggle migrate --redis-url redis://10.0.0.5:6379";

impl MigrateArgs {
    /// Brings the stored data to this version.
    ///
    /// # Errors
    /// When Redis cannot be used, or the data is newer than this program.
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let store = Store::open(&self.store.settings([])?).await?;
        let migrated = migrate::run(store.redis(), |step| {
            let _ = writeln!(std::io::stdout(), "{step}");
        });
        let migrated = migrated.await;
        store.close().await;
        migrated?;
        writeln!(std::io::stdout(), "the stored data has this version")?;
        Ok(ExitCode::SUCCESS)
    }
}
