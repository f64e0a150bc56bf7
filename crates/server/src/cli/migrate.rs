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
Runs in small steps and goes on where it was interrupted; nothing happens where the data has this
version already. Stop the service first.

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
        let migrated = migrate::run(store.redis(), say).await;
        store.close().await;
        let migrate::Migrated { from, to } = migrated?;
        say(&if from == to {
            format!("nothing to do: the keys have version {to}")
        } else {
            format!("the keys had version {from} and have version {to}")
        });
        Ok(ExitCode::SUCCESS)
    }
}

/// Nobody may be listening: that is no reason to stop in the middle.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
