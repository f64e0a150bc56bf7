use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Settings;
use crate::problem::{Code, Problem};

/// Snapshots that are made at the same time: each has a page in memory.
const EXPORTS: usize = 16;
/// Snapshots that are restored at the same time: each has a file.
const RESTORES: usize = 8;
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

    /// A place for an export, as long as it is kept; absent when all are taken.
    pub(crate) fn export(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.exports).try_acquire_owned().ok()
    }

    /// A place for a restore, as long as it is kept; absent when all are taken.
    pub(crate) fn restore(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.restores).try_acquire_owned().ok()
    }

    /// What is answered when all places are taken.
    pub(crate) fn busy() -> Problem {
        let detail =
            "this server makes or restores as many snapshots as it may at once: come back in a moment";
        Problem::new(Code::TooManyWaiting, detail).not_applied().after(LATER)
    }
}
