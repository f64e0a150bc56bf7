use std::fmt;

use crate::perf::report::Severity;

/// The alerts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertName {
    /// Ready tasks reach agents that wait too slowly.
    LatencyHigh,
    /// Too many requests fail by a fault of the service.
    ErrorRateHigh,
    /// Redis is about to be full.
    MemoryHigh,
    /// Connections for exclusive use are running out.
    PoolSaturated,
    /// Redis does not answer.
    RedisUnhealthy,
    /// A task stays ready although agents wait for its queue.
    QueueStalled,
    /// Agents have been lost lately.
    AgentsLost,
    /// What is answered may not be on disk.
    PersistenceFailing,
}

impl AlertName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LatencyHigh,
        Self::ErrorRateHigh,
        Self::MemoryHigh,
        Self::PoolSaturated,
        Self::RedisUnhealthy,
        Self::QueueStalled,
        Self::AgentsLost,
        Self::PersistenceFailing,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LatencyHigh => "latency_high",
            Self::ErrorRateHigh => "error_rate_high",
            Self::MemoryHigh => "memory_high",
            Self::PoolSaturated => "pool_saturated",
            Self::RedisUnhealthy => "redis_unhealthy",
            Self::QueueStalled => "queue_stalled",
            Self::AgentsLost => "agents_lost",
            Self::PersistenceFailing => "persistence_failing",
        }
    }

    /// `critical` where tasks are refused, fail or may be lost; `warning` where they are late.
    pub const fn severity(self) -> Severity {
        match self {
            Self::ErrorRateHigh | Self::MemoryHigh | Self::RedisUnhealthy | Self::PersistenceFailing => {
                Severity::Critical
            }
            Self::LatencyHigh | Self::PoolSaturated | Self::QueueStalled | Self::AgentsLost => {
                Severity::Warning
            }
        }
    }
}

impl fmt::Display for AlertName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
