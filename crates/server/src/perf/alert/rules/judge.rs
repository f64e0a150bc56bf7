use super::{
    agents_lost, error_rate_high, latency_high, memory_high, persistence_failing, pool_saturated,
    queue_stalled, redis_unhealthy,
};
use crate::config::AlertsConfig;
use crate::perf::alert::{AlertName, Finding, Readings};

/// What the rule of `name` says; `lately_lost` are the agents that were lost lately.
pub(in crate::perf::alert) fn judge(
    name: AlertName,
    readings: &Readings,
    lately_lost: Option<u64>,
    config: &AlertsConfig,
) -> Option<Finding> {
    match name {
        AlertName::LatencyHigh => latency_high::find(readings, config),
        AlertName::ErrorRateHigh => error_rate_high::find(readings, config),
        AlertName::MemoryHigh => memory_high::find(readings, config),
        AlertName::PoolSaturated => pool_saturated::find(readings, config),
        AlertName::RedisUnhealthy => Some(redis_unhealthy::find(readings)),
        AlertName::QueueStalled => queue_stalled::find(readings, config),
        AlertName::AgentsLost => lately_lost.map(agents_lost::find),
        AlertName::PersistenceFailing => persistence_failing::find(readings),
    }
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "no count or time in milliseconds here comes near 2^52")]
pub(super) const fn figure(count: u64) -> f64 {
    count as f64
}

/// A setting in percent as a share.
pub(super) fn share(percent: u64) -> f64 {
    figure(percent) / 100.0
}

/// A share as a person reads it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
