use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Deserialize;

use super::{Invalid, Validate, within};

/// `[redis.pipeline]`: how calls that wait at the same time travel together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineConfig {
    /// Operations a flush carries at most. Default 100.
    pub max_operations: usize,
    /// Longest wait for company, in milliseconds; an idle pipeline never waits. Default 5.
    pub max_delay_ms: u64,
    /// Operations that may wait for a flush; more are refused. Default 10000.
    pub backlog: usize,
    /// Bytes of operations that wait for a flush or are on their way; more are refused. Default 268435456.
    pub backlog_bytes: usize,
    /// Flushes on their way at once. Default 8.
    pub max_in_flight: usize,
}

impl PipelineConfig {
    /// Bounds how long one flush keeps Redis from everybody else.
    pub const MAX_OPERATIONS: usize = 1_000;
    /// A longer delay than a second is a mistake in the unit.
    pub const MAX_DELAY_MS: u64 = 1_000;
    /// Bounds the memory that waiting operations take.
    pub const MAX_BACKLOG: usize = 1_000_000;
    /// Fewest and most bytes of the backlog anybody may allow: from one ordinary value to 2 GiB.
    pub const BACKLOG_BYTES: RangeInclusive<usize> = 65_536..=2_147_483_648;
    /// Beyond this, flushes only queue inside Redis instead of here.
    pub const MAX_IN_FLIGHT: usize = 256;

    /// [`max_delay_ms`](Self::max_delay_ms) as a duration.
    pub const fn max_delay(&self) -> Duration {
        Duration::from_millis(self.max_delay_ms)
    }
}

impl Default for PipelineConfig {
    fn default() -> Self {
        Self {
            max_operations: 100,
            max_delay_ms: 5,
            backlog: 10_000,
            backlog_bytes: 256 << 20,
            max_in_flight: 8,
        }
    }
}

impl Validate for PipelineConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("max_operations", self.max_operations, 1..=Self::MAX_OPERATIONS)?;
        within("max_delay_ms", self.max_delay_ms, 0..=Self::MAX_DELAY_MS)?;
        within("backlog", self.backlog, 1..=Self::MAX_BACKLOG)?;
        within("backlog_bytes", self.backlog_bytes, Self::BACKLOG_BYTES)?;
        within("max_in_flight", self.max_in_flight, 1..=Self::MAX_IN_FLIGHT)
    }
}
