//! What Redis says about its append-only file.

use std::path::Path;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisError};

/// Of one answer; writing everything anew goes on in a process of its own.
const ANSWER: Duration = Duration::from_secs(1);

pub(super) async fn connected(socket: &Path) -> Result<MultiplexedConnection, RedisError> {
    let address = ConnectionAddr::Unix(socket.to_owned()).into_connection_info()?;
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER)).set_response_timeout(Some(ANSWER));
    Client::open(address)?.get_multiplexed_async_connection_with_config(&config).await
}

/// Lines of `name:value`.
#[derive(Debug)]
pub(super) struct Info(String);

impl Info {
    pub(super) async fn of(redis: &mut MultiplexedConnection) -> Result<Self, RedisError> {
        let sections = ["persistence", "errorstats", "memory"];
        Ok(Self(redis::cmd("INFO").arg(&sections).query_async(redis).await?))
    }

    /// Writes go to the file.
    pub(super) fn writes(&self) -> bool {
        self.is_ok("aof_last_write_status")
    }

    /// Whether it refuses writes and has nothing left to write, which would be tried again.
    pub(super) fn is_lost(&self) -> bool {
        !self.writes() && self.field("aof_buffer_length") == Some("0")
    }

    /// It writes everything anew now, or is about to.
    pub(super) fn is_rewriting(&self) -> bool {
        ["aof_rewrite_in_progress", "aof_rewrite_scheduled"].iter().any(|name| self.field(name) == Some("1"))
    }

    /// How often it has begun to write everything anew.
    pub(super) fn rewrites(&self) -> Option<u64> {
        self.number("aof_rewrites")
    }

    /// Writing everything anew succeeded when it was last tried.
    pub(super) fn is_rewritten(&self) -> bool {
        self.is_ok("aof_last_bgrewrite_status")
    }

    /// Writes that it has refused because of its disk.
    pub(super) fn refused(&self) -> u64 {
        let said = self.field("errorstat_MISCONF").and_then(|said| said.strip_prefix("count="));
        said.and_then(|count| count.parse().ok()).unwrap_or(0)
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    fn is_ok(&self, name: &str) -> bool {
        self.field(name) == Some("ok")
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    }
}

#[cfg(test)]
impl From<&str> for Info {
    fn from(lines: &str) -> Self {
        Self(lines.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_that_failed_is_tried_again_by_redis_and_a_sync_is_not() {
        let info = |status: &str, buffered: u32| {
            Info(format!("aof_last_write_status:{status}\r\naof_buffer_length:{buffered}\r\n"))
        };
        assert!(info("err", 0).is_lost());
        assert!(!info("err", 512).is_lost());
        assert!(!info("ok", 0).is_lost());
    }

    #[test]
    fn what_was_refused_is_counted_beside_other_errors() {
        assert_eq!(Info::from("errorstat_ERR:count=7").refused(), 0);
        assert_eq!(Info::from("errorstat_ERR:count=7\r\nerrorstat_MISCONF:count=2\r\n").refused(), 2);
    }
}
