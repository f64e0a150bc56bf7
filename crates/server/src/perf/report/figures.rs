//! The parts of a report that are counted.

use waggle_core::PoolStatus;
use waggle_core::perf::{Count, Series, Tally, Window};

use super::latency::rounded;
use super::shape::{CompressionFigures, PipelineFigures, PoolFigures, Summary, TopOperation};

/// Operations that a report lists.
const TOP: usize = 10;

impl Summary {
    pub(super) fn of(window: &Window) -> Self {
        let (operations, failed) = operations(window);
        let error_rate = share(failed, operations);
        Self {
            operations,
            throughput_per_s: rounded(float(operations) / window.span().as_secs_f64()),
            success_rate: error_rate.map(|rate| 1.0 - rate),
            error_rate,
        }
    }
}

/// How many requests were answered, and how many of them failed by a fault of the service.
pub(crate) fn operations(window: &Window) -> (u64, u64) {
    let tallies = window.operations().values();
    tallies.fold((0, 0), |(all, failed), tally| (all + tally.count, failed + tally.failed))
}

impl PoolFigures {
    /// The pool of this server.
    pub fn of(status: PoolStatus) -> Self {
        Self {
            min: status.min as u64,
            max: status.max as u64,
            size: status.size as u64,
            in_use: status.in_use as u64,
            idle: status.idle as u64,
            waiting: status.waiting as u64,
            created: status.created,
            reused: status.reused,
            closed: status.closed,
            timeouts: status.timeouts,
            ..Self::default()
        }
        .with_shares()
    }

    /// Adds another server's.
    pub fn add(&mut self, other: &Self) {
        let sum = Self {
            min: self.min + other.min,
            max: self.max + other.max,
            size: self.size + other.size,
            in_use: self.in_use + other.in_use,
            idle: self.idle + other.idle,
            waiting: self.waiting + other.waiting,
            created: self.created + other.created,
            reused: self.reused + other.reused,
            closed: self.closed + other.closed,
            timeouts: self.timeouts + other.timeouts,
            ..Self::default()
        };
        *self = sum.with_shares();
    }

    fn with_shares(self) -> Self {
        let utilization = share(self.in_use, self.max).unwrap_or(0.0);
        Self { utilization, reuse_ratio: share(self.reused, self.reused + self.created), ..self }
    }
}

impl PipelineFigures {
    pub(super) fn of(window: &Window) -> Self {
        let sizes = window.histogram(Series::BatchSize);
        let wait = window.histogram(Series::BatchWait);
        let (flushes, operations) =
            (window.recorded(Series::BatchSize), window.count(Count::PipelineOperations));
        Self {
            flushes,
            operations,
            batch_mean: (flushes > 0).then(|| rounded(float(operations) / float(flushes))),
            batch_p95: sizes.map(|sizes| sizes.value_at_quantile(0.95)),
            batch_max: sizes.map(waggle_core::perf::Histogram::max),
            wait_p95_ms: wait.map(|wait| rounded(float(wait.value_at_quantile(0.95)) / 1_000.0)),
        }
    }
}

impl CompressionFigures {
    pub(super) fn of(window: &Window, threshold: usize) -> Self {
        let (values, compressed) = (window.count(Count::CompressionValues), window.count(Count::Compressed));
        let (bytes_in, bytes_out) = (window.count(Count::CompressionIn), window.count(Count::CompressionOut));
        Self {
            values,
            compressed,
            bytes_in,
            bytes_out,
            saved_ratio: (bytes_in > 0).then(|| 1.0 - float(bytes_out) / float(bytes_in)),
            threshold_bytes: threshold as u64,
            kept_raw: values.saturating_sub(compressed),
        }
    }
}

/// The operations that took the most time in all.
pub(super) fn top_operations(window: &Window) -> Vec<TopOperation> {
    let mut all: Vec<_> = window.operations().iter().filter(|(_, tally)| tally.count > 0).collect();
    all.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.micros));
    let told = |(name, tally): (&std::sync::Arc<str>, &Tally)| TopOperation {
        operation: name.to_string(),
        count: tally.count,
        failed: tally.failed,
        total_ms: rounded(float(tally.micros) / 1_000.0),
        mean_ms: rounded(float(tally.micros) / 1_000.0 / float(tally.count)),
    };
    all.into_iter().take(TOP).map(told).collect()
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

#[expect(clippy::cast_precision_loss, reason = "counts of ten minutes are far below 2^52")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
