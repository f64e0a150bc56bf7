use std::path::Path;

use tempfile::TempDir;
use waggle_core::config::PrivateConfig;
use waggle_core::server::PrivateRedis;

use crate::bench::system::info::Info;
use crate::bench::system::service::Programs;

/// A Redis for a peer, with all settings that the private one of the service has.
pub(super) struct PeerRedis {
    redis: PrivateRedis,
    pub(super) pid: u32,
    directory: TempDir,
}

impl PeerRedis {
    /// # Errors
    /// When it cannot be started.
    pub(super) async fn start(programs: &Programs) -> anyhow::Result<Self> {
        let directory = programs.new_directory()?;
        let redis = PrivateRedis::start(&PrivateConfig::default(), &directory.path().join("data")).await?;
        let pid = Info::read(redis.socket()).await?.process_id()?;
        Ok(Self { redis, pid, directory })
    }

    pub(super) fn socket(&self) -> &Path {
        self.redis.socket()
    }

    /// Where the peer's own files go.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// # Errors
    /// When it does not answer.
    pub(super) async fn info(&self) -> anyhow::Result<Info> {
        Info::settled(self.socket()).await
    }

    /// Ends it and removes its data.
    pub(super) async fn stop(self) {
        self.redis.stop().await;
    }
}
