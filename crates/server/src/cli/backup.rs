//! `waggle backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use waggle_core::server::backup;

use super::meter::Meter;
use super::print;
use super::settings::StoreArgs;

/// The flags of `waggle backup`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BackupArgs {
    /// Where the copy shall be: a directory that is not there yet, or is empty
    #[arg(value_name = "DIR")]
    to: PathBuf,

    #[command(flatten)]
    store: StoreArgs,
}

const EXAMPLES: &str = "\
The copy is there when all of it is on the disk. All that was acknowledged before the command began is
in it, as far as Redis had written it; tokens are, files of snapshots and settings are not.

Examples:
  waggle backup /backups/2026-11-29
  waggle backup --data-dir /var/lib/waggle /backups/2026-11-29

To restore it, stop the service, put what is there out of the way, and the copy in its place:
  mv /var/lib/waggle /var/lib/waggle.before
  cp -a /backups/2026-11-29 /var/lib/waggle
  waggle serve --data-dir /var/lib/waggle";

impl BackupArgs {
    /// Copies.
    ///
    /// # Errors
    /// When there is nothing to copy, no room for it, or something in its place.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.store.settings([])?;
        if settings.redis.private().is_none() {
            bail!(
                "the data is in a Redis of your own (redis.url or redis.urls): back it up with its own tools, such as \
                 BGSAVE; `waggle swarm export` writes a swarm to a file"
            );
        }
        let mut meter = Meter::new("copied");
        let bytes = backup(&settings.server.data_dir, &self.to, |bytes| meter.add(bytes))?;
        meter.finish();
        print::raw(format!("{bytes} bytes are in {}\n", self.to.display()).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
