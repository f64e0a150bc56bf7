//! The targets of a report.

use waggle_core::perf::{Count, Histogram, Series, Window};

use super::confidence::Part;
use super::target::{
    Judged, at_once, of_count, quantile_at_most, rate_at_most, saved_at_least, throughput_at_least,
};
use crate::config::TargetsConfig;

/// What the targets of a report are judged from. Histograms are in the units of their series.
#[derive(Debug, Clone, Copy, Default)]
pub struct Measured<'a> {
    /// [`Series::TaskAssignment`].
    pub task_assignment: Option<&'a Histogram>,
    /// [`Series::PoolAcquire`].
    pub pool_acquire: Option<&'a Histogram>,
    /// [`Series::BatchRate`].
    pub batch_rate: Option<&'a Histogram>,
    /// Operations, failed ones included.
    pub operations: u64,
    /// Of them, failed by a fault of the service.
    pub failed: u64,
    /// Agents live at once; none where they could not be counted.
    pub agents: Option<u64>,
    /// Values at or above the threshold of compression.
    pub values: u64,
    /// Their bytes before.
    pub bytes_in: u64,
    /// Their bytes as stored.
    pub bytes_out: u64,
}

impl<'a> Measured<'a> {
    /// What was recorded in a window, and the agents that are live now.
    pub fn of(window: &'a Window, agents: Option<u64>) -> Self {
        let tallies = window.operations().values();
        Self {
            task_assignment: window.histogram(Series::TaskAssignment),
            pool_acquire: window.histogram(Series::PoolAcquire),
            batch_rate: window.histogram(Series::BatchRate),
            operations: tallies.clone().map(|tally| tally.count).sum(),
            failed: tallies.map(|tally| tally.failed).sum(),
            agents,
            values: window.count(Count::CompressionValues),
            bytes_in: window.count(Count::CompressionIn),
            bytes_out: window.count(Count::CompressionOut),
        }
    }
}

/// The targets of a report, in its order.
pub fn targets(of: &Measured<'_>, limits: &TargetsConfig) -> Vec<Judged> {
    let share = |percent| of_count(percent) / 100.0;
    vec![
        quantile_at_most(
            "task_assignment_p95_ms",
            Part::Latency,
            of_count(limits.task_assignment_p95_ms),
            of.task_assignment,
        ),
        quantile_at_most(
            "pool_acquire_p95_ms",
            Part::Latency,
            of_count(limits.pool_acquire_p95_ms),
            of.pool_acquire,
        ),
        rate_at_most("error_rate", Part::Reliability, share(limits.error_percent), of.failed, of.operations),
        throughput_at_least(
            "batch_throughput_per_s",
            Part::Throughput,
            of_count(limits.batch_throughput_per_s),
            of.batch_rate,
        ),
        at_once("concurrent_agents", Part::Throughput, limits.concurrent_agents, of.agents),
        saved_at_least(
            "compression_saved_ratio",
            Part::Efficiency,
            share(limits.compression_saved_percent),
            of.values,
            of.bytes_in,
            of.bytes_out,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use waggle_core::perf::Recorder;

    use super::*;
    use crate::perf::report::Verdict::{self, Fail, Pass};

    #[test]
    fn targets_have_the_names_and_limits_of_the_settings() {
        let judged = targets(&Measured::default(), &TargetsConfig::default());
        let told: Vec<_> = judged.iter().map(|j| (j.target.name.as_str(), j.target.target, j.part)).collect();
        assert_eq!(
            told,
            [
                ("task_assignment_p95_ms", 100.0, Part::Latency),
                ("pool_acquire_p95_ms", 50.0, Part::Latency),
                ("error_rate", 0.02, Part::Reliability),
                ("batch_throughput_per_s", 500.0, Part::Throughput),
                ("concurrent_agents", 1_000.0, Part::Throughput),
                ("compression_saved_ratio", 0.4, Part::Efficiency),
            ]
        );
    }

    #[test]
    fn what_was_not_measured_is_null_and_insufficient() {
        for Judged { target, .. } in targets(&Measured::default(), &TargetsConfig::default()) {
            assert_eq!(
                (target.observed, target.low, target.high, target.n),
                (None, None, None, 0),
                "{}",
                target.name
            );
            assert_eq!(target.verdict, Verdict::Insufficient, "{}", target.name);
        }
    }

    #[test]
    fn a_window_is_judged_as_it_was_recorded() {
        let recorder = Recorder::default();
        for _ in 0..400 {
            recorder.record(Series::TaskAssignment, Duration::from_millis(2));
            recorder.record(Series::PoolAcquire, Duration::from_millis(80));
            recorder.record_value(Series::BatchRate, 4_000, 1);
            recorder.done(recorder.operation("GET /"), Duration::from_millis(1), false);
        }
        recorder.count(Count::CompressionValues, 50);
        recorder.count(Count::CompressionIn, 1_000);
        recorder.count(Count::CompressionOut, 300);
        let window = recorder.window(Duration::from_secs(60));
        let judged = targets(&Measured::of(&window, Some(1_000)), &TargetsConfig::default());
        let verdicts: Vec<_> = judged.iter().map(|j| j.target.verdict).collect();
        assert_eq!(verdicts, [Pass, Fail, Pass, Pass, Pass, Pass]);
        let ns: Vec<_> = judged.iter().map(|j| j.target.n).collect();
        assert_eq!(ns, [400, 400, 400, 400, 1_000, 50]);
        let assignment = judged[0].target.observed.unwrap();
        assert!((assignment - 2.0).abs() < 0.02, "in milliseconds: {assignment}");
    }
}
