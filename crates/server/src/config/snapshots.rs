use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};

/// `[snapshots]`: files of whole swarms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnapshotsConfig {
    /// How often each swarm is written to a file, in milliseconds. Default 0: never.
    pub every_ms: u64,
    /// Files kept of each swarm, the newest ones. Default 7.
    pub keep: usize,
    /// Where the files are, and where a snapshot is kept while it is checked. Default empty: `snapshots` in the data
    /// directory.
    pub directory: PathBuf,
    /// Bytes a snapshot may have that is to be restored. Default 4 GiB.
    pub limit_bytes: u64,
}

impl SnapshotsConfig {
    /// Most often: every second.
    pub const MIN_EVERY_MS: u64 = 1_000;
    /// Least often: every 30 days.
    pub const MAX_EVERY_MS: u64 = 2_592_000_000;
    /// Most files of one swarm.
    pub const MAX_KEEP: usize = 10_000;
    /// Largest snapshot anybody may allow: 1 TiB.
    pub const MAX_BYTES: u64 = 1 << 40;

    /// Where the files are.
    pub fn directory(&self, data_dir: &Path) -> PathBuf {
        if self.directory.as_os_str().is_empty() {
            data_dir.join("snapshots")
        } else {
            self.directory.clone()
        }
    }

    /// [`every_ms`](Self::every_ms) as a duration, where there is one.
    pub fn every(&self) -> Option<Duration> {
        (self.every_ms > 0).then(|| Duration::from_millis(self.every_ms))
    }
}

impl Default for SnapshotsConfig {
    fn default() -> Self {
        Self { every_ms: 0, keep: 7, directory: PathBuf::new(), limit_bytes: 4 << 30 }
    }
}

impl Validate for SnapshotsConfig {
    fn validate(&self) -> Result<(), Invalid> {
        if self.every_ms > 0 {
            within("every_ms", self.every_ms, Self::MIN_EVERY_MS..=Self::MAX_EVERY_MS)?;
        }
        within("keep", self.keep, 1..=Self::MAX_KEEP)?;
        within("limit_bytes", self.limit_bytes, 1_024..=Self::MAX_BYTES)
    }
}
