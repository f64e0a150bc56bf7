use std::path::Path;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::answer::find;

/// `INFO everything` is about 6 KB.
const MAX_BYTES: usize = 1 << 20;

/// What a Redis says about itself.
pub(crate) struct Info(String);

impl Info {
    /// # Errors
    /// When Redis cannot be reached or answers something else.
    pub(crate) async fn read(socket: &Path) -> anyhow::Result<Info> {
        Info::ask(socket, "INFO").await
    }

    /// What it says about its commands.
    ///
    /// # Errors
    /// When Redis cannot be reached or answers something else.
    pub(crate) async fn commands(socket: &Path) -> anyhow::Result<Info> {
        Info::ask(socket, "INFO commandstats").await
    }

    async fn ask(socket: &Path, command: &str) -> anyhow::Result<Info> {
        let mut stream =
            UnixStream::connect(socket).await.with_context(|| format!("{}", socket.display()))?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut inbox = Vec::new();
        while !is_whole(&inbox)? {
            ensure!(stream.read_buf(&mut inbox).await? > 0, "Redis closed the connection");
            ensure!(inbox.len() < MAX_BYTES, "INFO without end");
        }
        Ok(Info(String::from_utf8_lossy(&inbox).into_owned()))
    }

    /// `used_memory` in bytes.
    ///
    /// # Errors
    /// When the field is missing.
    pub(crate) fn used_memory(&self) -> anyhow::Result<u64> {
        Ok(self.field("used_memory")?.parse()?)
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

/// Whether the inbox holds a whole bulk string.
fn is_whole(inbox: &[u8]) -> anyhow::Result<bool> {
    let Some(end) = find(inbox, b"\r\n") else { return Ok(false) };
    let head = String::from_utf8_lossy(&inbox[..end]);
    let length: usize = head.strip_prefix('$').with_context(|| head.to_string())?.parse()?;
    Ok(inbox.len() >= end + 2 + length + 2)
}
