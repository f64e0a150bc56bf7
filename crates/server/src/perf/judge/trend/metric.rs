use crate::perf::history::Sample;

/// A figure whose course is watched.
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) of: fn(&Sample) -> Option<f64>,
    pub(super) better: Better,
    /// A smaller change than this is none, whatever share of the median it is: twice next to nothing is next to nothing.
    pub(super) least: f64,
}

/// Which way a figure had better go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    Up,
    Down,
}

#[expect(clippy::cast_precision_loss, reason = "counts and bytes stay below 2^53")]
pub(super) const METRICS: [Metric; 6] = [
    Metric {
        name: "latency.task_assignment.p95_ms",
        of: |sample| sample.assignment.map(|assignment| assignment.p95_ms),
        better: Better::Down,
        least: 1.0,
    },
    Metric {
        name: "summary.throughput_per_s",
        of: |sample| Some(sample.throughput_per_s),
        better: Better::Up,
        least: 1.0,
    },
    Metric { name: "summary.error_rate", of: |sample| sample.error_rate, better: Better::Down, least: 0.001 },
    Metric {
        name: "redis.used_memory_bytes",
        of: |sample| sample.redis_memory_bytes.map(|bytes| bytes as f64),
        better: Better::Down,
        least: 1_048_576.0,
    },
    Metric {
        name: "queues.ready",
        of: |sample| Some(sample.tasks.ready as f64),
        better: Better::Down,
        least: 10.0,
    },
    Metric {
        name: "pool.utilization",
        of: |sample| Some(sample.pool_utilization),
        better: Better::Down,
        least: 0.05,
    },
];
