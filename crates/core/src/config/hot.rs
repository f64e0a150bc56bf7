use std::time::Duration;

use serde::Deserialize;

use super::{Invalid, PoolConfig, Validate, within};

/// `[redis.hot]`: the shared connections every ordinary operation travels on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HotConfig {
    /// Longest wait for a connection to be made, in milliseconds. Default 1000.
    pub connect_timeout_ms: u64,
    /// Longest wait for a reply, in milliseconds; after it the outcome is unknown. Default 2000.
    pub response_timeout_ms: u64,
}

impl HotConfig {
    /// [`connect_timeout_ms`](Self::connect_timeout_ms) as a duration.
    pub const fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// [`response_timeout_ms`](Self::response_timeout_ms) as a duration.
    pub const fn response_timeout(&self) -> Duration {
        Duration::from_millis(self.response_timeout_ms)
    }
}

impl Default for HotConfig {
    fn default() -> Self {
        Self { connect_timeout_ms: 1_000, response_timeout_ms: 2_000 }
    }
}

impl Validate for HotConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("connect_timeout_ms", self.connect_timeout_ms, 1..=PoolConfig::MAX_TIMEOUT_MS)?;
        within("response_timeout_ms", self.response_timeout_ms, 1..=PoolConfig::MAX_TIMEOUT_MS)
    }
}
