//! The rules, one a file: each reads what a refresh has found and says what was observed, or nothing where it was not
//! measured.

mod agents_lost;
mod error_rate_high;
mod judge;
mod latency_high;
mod memory_high;
mod persistence_failing;
mod pool_saturated;
mod queue_stalled;
mod redis_unhealthy;
#[cfg(test)]
mod support;

pub(super) use judge::judge;
