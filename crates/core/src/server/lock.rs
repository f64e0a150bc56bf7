use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StartError;
use super::data_dir::DataDir;

/// A lock that the system has not let go of yet after its holder died is none.
const SERVICE_GRACE: Duration = Duration::from_millis(500);
/// An earlier Redis ends with its service; a large one takes a while to be gone.
const REDIS_GRACE: Duration = Duration::from_secs(10);
/// Between two looks at a lock that is held.
const POLL: Duration = Duration::from_millis(10);

/// The two locks of a data directory, held until dropped.
#[derive(Debug)]
pub(super) struct Locks {
    _service: File,
    redis: File,
}

impl Locks {
    /// Both locks, waiting a moment for an earlier holder that is on its way out.
    pub(super) async fn acquire(data_dir: &DataDir) -> Result<Self, StartError> {
        let path = || data_dir.path().to_owned();
        let service = acquire(data_dir, &data_dir.service_lock(), SERVICE_GRACE)
            .await?
            .ok_or_else(|| StartError::InUse { path: path() })?;
        let redis = acquire(data_dir, &data_dir.redis_lock(), REDIS_GRACE)
            .await?
            .ok_or_else(|| StartError::StillHeld { path: path() })?;
        Ok(Self { _service: service, redis })
    }

    /// The lock again, for a Redis to hold as its standard input: it belongs to the
    /// open file, so it is free only when every process that shares it is gone.
    pub(super) fn share(&self) -> std::io::Result<File> {
        self.redis.try_clone()
    }
}

/// The locked file, or `None` where somebody holds it for longer than `grace`.
async fn acquire(data_dir: &DataDir, path: &Path, grace: Duration) -> Result<Option<File>, StartError> {
    let failed = |error: std::io::Error| data_dir.unusable(&error.to_string());
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(failed)?;
    let deadline = Instant::now() + grace;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(None),
            Err(TryLockError::WouldBlock) => sleep(POLL).await,
        }
    }
}
