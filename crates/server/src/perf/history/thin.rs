//! Fewer samples that say the same.

use std::sync::Arc;

use super::sample::{Quantiles, Sample};

/// At most `points` samples, each for a stretch of them: rates and shares are weighed by their time, and of what may not be
/// averaged — quantiles, ages, what waits — the worst is told.
pub fn thin(samples: &[Arc<Sample>], points: usize) -> Vec<Sample> {
    let stretch = samples.len().div_ceil(points.max(1)).max(1);
    samples
        .chunks(stretch)
        .map(|stretch| match stretch {
            [one] => Sample::clone(one),
            several => together(several),
        })
        .collect()
}

fn together(samples: &[Arc<Sample>]) -> Sample {
    let last = samples.last().map(|sample| Sample::clone(sample)).unwrap_or_default();
    Sample {
        span_ms: samples.iter().map(|sample| sample.span_ms).sum(),
        throughput_per_s: mean(samples, |sample| Some(sample.throughput_per_s)).unwrap_or(0.0),
        error_rate: errors(samples),
        assignment: worst(samples),
        pool_utilization: most(samples, |sample| sample.pool_utilization),
        batch_mean: mean(samples, |sample| sample.batch_mean),
        saved_ratio: mean(samples, |sample| sample.saved_ratio),
        oldest_ready_ms: samples.iter().filter_map(|sample| sample.oldest_ready_ms).max(),
        redis_memory_bytes: samples.iter().filter_map(|sample| sample.redis_memory_bytes).max(),
        // What there is at the end of a stretch is what there is.
        ..last
    }
}

/// The mean of what was measured, weighed by time.
fn mean(samples: &[Arc<Sample>], value: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
    let weighed = samples.iter().filter_map(|sample| Some((value(sample)?, weight(sample))));
    let (sum, all) =
        weighed.fold((0.0, 0.0), |(sum, all), (value, weight)| (sum + value * weight, all + weight));
    (all > 0.0).then(|| sum / all)
}

/// The share of all requests, not the mean of shares.
fn errors(samples: &[Arc<Sample>]) -> Option<f64> {
    let requests = |sample: &Sample| sample.throughput_per_s * weight(sample);
    let told =
        samples.iter().filter_map(|sample| Some((sample.error_rate? * requests(sample), requests(sample))));
    let (failed, all) =
        told.fold((0.0, 0.0), |(failed, all), (more, requests)| (failed + more, all + requests));
    (all > 0.0).then(|| failed / all)
}

fn worst(samples: &[Arc<Sample>]) -> Option<Quantiles> {
    samples.iter().filter_map(|sample| sample.assignment).reduce(|a, b| Quantiles {
        p50_ms: a.p50_ms.max(b.p50_ms),
        p95_ms: a.p95_ms.max(b.p95_ms),
        p99_ms: a.p99_ms.max(b.p99_ms),
    })
}

fn most(samples: &[Arc<Sample>], value: impl Fn(&Sample) -> f64) -> f64 {
    samples.iter().map(|sample| value(sample)).fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a stretch are far below 2^52")]
fn weight(sample: &Sample) -> f64 {
    sample.span_ms as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use waggle_task_queue::model::Stamp;

    fn sample(at: i64, throughput_per_s: f64, error_rate: Option<f64>, p95_ms: Option<f64>) -> Arc<Sample> {
        let assignment = p95_ms.map(|p95_ms| Quantiles { p95_ms, ..Quantiles::default() });
        let at = Stamp(at);
        Arc::new(Sample { at, span_ms: 5_000, throughput_per_s, error_rate, assignment, ..Sample::default() })
    }

    #[test]
    fn a_stretch_tells_the_mean_of_rates_the_share_of_all_and_the_worst_quantiles() {
        let samples = [
            sample(0, 10.0, Some(0.0), Some(3.0)),
            sample(1, 30.0, Some(0.1), None),
            sample(2, 0.0, None, Some(9.0)),
            sample(3, 0.0, None, None),
        ];
        let thinned = thin(&samples, 2);
        assert_eq!(thinned.iter().map(|sample| sample.at.0).collect::<Vec<_>>(), [1, 3]);
        assert!((thinned[0].throughput_per_s - 20.0).abs() < 1e-9);
        assert!((thinned[0].error_rate.unwrap() - 0.075).abs() < 1e-9, "{:?}", thinned[0]);
        assert!((thinned[0].assignment.unwrap().p95_ms - 3.0).abs() < 1e-9);
        assert_eq!((thinned[0].span_ms, thinned[1].error_rate), (10_000, None));
        assert!((thinned[1].assignment.unwrap().p95_ms - 9.0).abs() < 1e-9);
    }

    #[test]
    fn there_are_never_more_than_were_asked_for_and_all_where_they_are_fewer() {
        let samples: Vec<_> = (0..100).map(|at| sample(at, 1.0, None, None)).collect();
        for points in [1, 3, 7, 50, 99, 100, 1_000] {
            assert!(thin(&samples, points).len() <= points, "{points}");
        }
        assert_eq!(thin(&samples, 1_000).len(), 100);
        assert!(thin(&[], 10).is_empty());
    }
}
