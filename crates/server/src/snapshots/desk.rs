use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Settings;
use crate::problem::{Code, Problem};

/// Snapshots that are made at the same time: each has a page in memory.
const EXPORTS: usize = 4;
/// Snapshots that are restored at the same time: each has a file.
const RESTORES: usize = 2;
/// When to come back to a desk that is busy.
const LATER: Duration = Duration::from_secs(5);

/// Where snapshots are handed in and out: few at a time.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Where a snapshot is kept while it is checked.
    pub(super) directory: PathBuf,
    /// Bytes it may have.
    pub(super) limit_bytes: u64,
    /// How long its sender may be silent.
    pub(super) patience: Duration,
    exports: Arc<Semaphore>,
    restores: Arc<Semaphore>,
}

impl Desk {
    /// A desk as the settings want it.
    pub fn new(settings: &Settings) -> Self {
        Self {
            directory: settings.snapshots.directory(&settings.server.data_dir),
            limit_bytes: settings.snapshots.limit_bytes,
            patience: Duration::from_millis(settings.server.body_timeout_ms),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            restores: Arc::new(Semaphore::new(RESTORES)),
        }
    }

    /// A place for an export, as long as it is kept.
    ///
    /// # Errors
    /// 503 when there is none.
    pub(crate) fn export(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.exports).try_acquire_owned().map_err(|_| busy("made"))
    }

    /// A place for a restore, as long as it is kept.
    ///
    /// # Errors
    /// 503 when there is none.
    pub(crate) fn restore(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.restores).try_acquire_owned().map_err(|_| busy("restored"))
    }
}

fn busy(done: &str) -> Problem {
    let detail = format!("this server has as many snapshots being {done} as it may: come back in a moment");
    Problem::new(Code::TooManyWaiting, detail).not_applied().after(LATER)
}
