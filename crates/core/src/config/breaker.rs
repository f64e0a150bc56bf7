use std::time::Duration;

use serde::Deserialize;

use super::{Invalid, Validate, within};

/// `[redis.breaker]`: when to stop asking a Redis that does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerConfig {
    /// Failures in a row that open the breaker. Default 5.
    pub failures: u32,
    /// How long it stays open before a probe, in milliseconds, jittered. Default 500.
    pub open_ms: u64,
}

impl BreakerConfig {
    /// A breaker that needs more failures than this never opens in time to help.
    pub const MAX_FAILURES: u32 = 1_000;
    /// Longest pause before a probe, in milliseconds: one minute.
    pub const MAX_OPEN_MS: u64 = 60_000;

    /// [`open_ms`](Self::open_ms) as a duration, before jitter.
    pub const fn open(&self) -> Duration {
        Duration::from_millis(self.open_ms)
    }
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, open_ms: 500 }
    }
}

impl Validate for BreakerConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("failures", self.failures, 1..=Self::MAX_FAILURES)?;
        within("open_ms", self.open_ms, 1..=Self::MAX_OPEN_MS)
    }
}
