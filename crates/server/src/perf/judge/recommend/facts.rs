use waggle_core::config::RedisConfig;

use crate::config::PerfConfig;
use crate::perf::report::{Latency, Priority, Recommendation, Report, Target, Verdict};

/// Quantiles of fewer operations are not acted upon: as many as p95 needs for its interval.
pub(super) const MIN_OPERATIONS: u64 = 72;

/// What a rule looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) report: &'a Report,
    pub(super) perf: &'a PerfConfig,
    pub(super) redis: &'a RedisConfig,
}

/// Says what to change, or nothing.
pub(super) type Rule = fn(&Facts<'_>) -> Option<Recommendation>;

impl<'a> Facts<'a> {
    /// A target that surely does not hold, and what was observed.
    pub(super) fn failed(&self, name: &str) -> Option<(&'a Target, f64)> {
        let failed = |target: &&Target| target.name == name && target.verdict == Verdict::Fail;
        let target = self.report.targets.iter().find(failed)?;
        Some((target, target.observed?))
    }

    /// How long an operation took, where there were enough of it.
    pub(super) fn p95_ms(&self, operation: &str) -> Option<f64> {
        let enough = |latency: &&Latency| latency.count >= MIN_OPERATIONS;
        self.report.latency.get(operation).filter(enough)?.p95_ms
    }

    /// Whether the service has started its Redis itself, in `server.data_dir`.
    pub(super) fn is_private(&self) -> bool {
        self.redis.private().is_some()
    }
}

/// A recommendation of `current` to become `target`.
pub(super) fn advice(
    category: &str,
    priority: Priority,
    (current, target): (f64, f64),
    message: String,
) -> Recommendation {
    Recommendation { category: category.to_owned(), priority, message, current, target }
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "counts and bytes stay below 2^53")]
pub(super) const fn figure(count: u64) -> f64 {
    count as f64
}

/// `part` of `whole`; none of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| figure(part) / figure(whole))
}
