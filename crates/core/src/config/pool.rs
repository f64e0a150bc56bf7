use std::time::Duration;

use serde::Deserialize;

use super::{Invalid, Validate, within};

/// `[redis.pool]`: connections lent out one user at a time.
///
/// The hot path does not use them; what blocks or needs a connection of its own does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PoolConfig {
    /// Connections kept open even when nobody asks. Default 5.
    pub min: usize,
    /// Connections open at most. Default 20.
    pub max: usize,
    /// Longest wait for a connection, connecting included, in milliseconds. Default 10000.
    pub acquire_timeout_ms: u64,
    /// A connection above `min` unused for this long is closed, in milliseconds. Default 15000.
    pub idle_timeout_ms: u64,
    /// TCP keep-alive interval, in milliseconds. Default 10000.
    pub keep_alive_ms: u64,
    /// Send small writes at once (`TCP_NODELAY`). Default true.
    pub no_delay: bool,
    /// Longest wait for a reply, in milliseconds. Default 10000.
    pub response_timeout_ms: u64,
}

impl PoolConfig {
    /// More connections than this take more from Redis than they give.
    pub const MAX_CONNECTIONS: usize = 1_000;
    /// Longest timeout anybody may ask for, in milliseconds: ten minutes.
    pub const MAX_TIMEOUT_MS: u64 = 600_000;

    /// [`acquire_timeout_ms`](Self::acquire_timeout_ms) as a duration.
    pub const fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    /// [`idle_timeout_ms`](Self::idle_timeout_ms) as a duration.
    pub const fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.idle_timeout_ms)
    }

    /// [`keep_alive_ms`](Self::keep_alive_ms) as a duration.
    pub const fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.keep_alive_ms)
    }

    /// [`response_timeout_ms`](Self::response_timeout_ms) as a duration.
    pub const fn response_timeout(&self) -> Duration {
        Duration::from_millis(self.response_timeout_ms)
    }
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            min: 5,
            max: 20,
            acquire_timeout_ms: 10_000,
            idle_timeout_ms: 15_000,
            keep_alive_ms: 10_000,
            no_delay: true,
            response_timeout_ms: 10_000,
        }
    }
}

impl Validate for PoolConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("max", self.max, 1..=Self::MAX_CONNECTIONS)?;
        if self.min > self.max {
            return Err(Invalid::new("min", "must not be above `max` of the same section").and("max"));
        }
        within("acquire_timeout_ms", self.acquire_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("idle_timeout_ms", self.idle_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        // The kernel counts keep-alive in whole seconds.
        within("keep_alive_ms", self.keep_alive_ms, 1_000..=Self::MAX_TIMEOUT_MS)?;
        within("response_timeout_ms", self.response_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)
    }
}
