use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use waggle_core::redis;

use super::deadline;

const POLL: Duration = Duration::from_millis(200);

/// What a Redis says about itself.
pub(crate) struct Info(String);

impl Info {
    /// # Errors
    /// When Redis cannot be reached or answers something else.
    pub(crate) async fn read(socket: &Path) -> anyhow::Result<Info> {
        Self::ask(socket, "default").await
    }

    /// The same, once Redis is not busy rewriting its append-only file.
    ///
    /// # Errors
    /// When Redis cannot be reached, or the rewrite does not end in time.
    pub(crate) async fn settled(socket: &Path) -> anyhow::Result<Self> {
        deadline::within(deadline::REWRITE, "rewrite of the append-only file", async {
            loop {
                let info = Self::read(socket).await?;
                if !info.is_rewriting() {
                    return Ok(info);
                }
                tokio::time::sleep(POLL).await;
            }
        })
        .await
    }

    /// What it says about its commands.
    ///
    /// # Errors
    /// When Redis cannot be reached or answers something else.
    pub(crate) async fn commands(socket: &Path) -> anyhow::Result<Info> {
        Self::ask(socket, "commandstats").await
    }

    async fn ask(socket: &Path, section: &str) -> anyhow::Result<Info> {
        let client = redis::Client::open(format!("redis+unix://{}", socket.display()))?;
        let connection = client.get_multiplexed_async_connection().await;
        let mut connection = connection.with_context(|| format!("{}", socket.display()))?;
        Ok(Self(redis::cmd("INFO").arg(section).query_async(&mut connection).await?))
    }

    /// `used_memory` in bytes.
    ///
    /// # Errors
    /// When the field is missing.
    pub(crate) fn used_memory(&self) -> anyhow::Result<u64> {
        Ok(self.field("used_memory")?.parse()?)
    }

    /// Bytes that the append-only file has.
    ///
    /// # Errors
    /// When Redis does not say.
    pub(crate) fn appended(&self) -> anyhow::Result<u64> {
        Ok(self.field("aof_current_size")?.parse()?)
    }

    /// The version of the server.
    ///
    /// # Errors
    /// When the field is missing.
    pub(crate) fn version(&self) -> anyhow::Result<&str> {
        self.field("redis_version")
    }

    /// Microseconds spent in functions that may write.
    ///
    /// # Errors
    /// When nothing is said of them.
    pub(crate) fn function_time(&self) -> anyhow::Result<u64> {
        let stats = self.field("cmdstat_fcall")?;
        let time = stats.split(',').find_map(|stat| stat.strip_prefix("usec="));
        Ok(time.with_context(|| stats.to_owned())?.parse()?)
    }

    /// The id of its process.
    ///
    /// # Errors
    /// When the field is missing.
    pub(crate) fn process_id(&self) -> anyhow::Result<u32> {
        Ok(self.field("process_id")?.parse()?)
    }

    pub(crate) fn is_rewriting(&self) -> bool {
        ["aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress"]
            .iter()
            .any(|name| self.field(name).is_ok_and(|value| value != "0"))
    }

    fn field(&self, name: &str) -> anyhow::Result<&str> {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .with_context(|| format!("INFO says nothing about {name}"))
    }
}
