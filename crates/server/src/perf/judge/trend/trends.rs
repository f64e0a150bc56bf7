use super::mann_kendall::p_value;
use super::metric::{Better, METRICS, Metric};
use super::theil_sen::{median, slope};
use crate::perf::history::Sample;
use crate::perf::report::{Direction, Trend};

/// Samples below which nothing is said of a figure: the normal approximation of its significance needs ten.
pub const MIN_SAMPLES: usize = 12;
/// Points that a slope is taken from at most; it costs their square.
const POINTS: usize = 120;
/// A slope that chance alone makes more often than this is no trend. Strict, because successive samples resemble each
/// other, and chance has then more room than the test grants it.
const SIGNIFICANT: f64 = 0.01;
/// A change over the whole time by less than this share of the median is no trend.
const NOTABLE: f64 = 0.1;

/// What has been changing over `samples`, the oldest first. A figure that was measured less than [`MIN_SAMPLES`] times
/// is left out.
///
/// Where there are more than 120 samples, each stretch of neighbours is represented by its median.
pub fn trends<'a>(samples: impl IntoIterator<Item = &'a Sample, IntoIter: Clone>) -> Vec<Trend> {
    let samples = samples.into_iter();
    METRICS.iter().filter_map(|metric| trend(metric, samples.clone())).collect()
}

fn trend<'a>(metric: &Metric, samples: impl Iterator<Item = &'a Sample>) -> Option<Trend> {
    let measured = samples.filter_map(|sample| Some((stamp(sample), (metric.of)(sample)?)));
    let measured: Vec<_> = measured.filter(|(_, value)| value.is_finite()).collect();
    if measured.len() < MIN_SAMPLES {
        return None;
    }
    let span = measured[measured.len() - 1].0 - measured[0].0;
    let points = thinned_out(&measured);
    let values: Vec<_> = points.iter().map(|(_, value)| *value).collect();
    let (p_value, by) = (p_value(&values), slope(&points) * span);
    let change = median(values).filter(|median| *median != 0.0).map(|median| by / median.abs());
    Some(Trend {
        metric: metric.name.to_owned(),
        direction: direction(metric, by, change, p_value),
        change,
        p_value,
        samples: measured.len() as u64,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "stamps rise, and are whole"
        )]
        over_ms: span as u64,
    })
}

/// Where the median is 0 no share can be told, and a change that matters by itself is enough.
fn direction(metric: &Metric, by: f64, change: Option<f64>, p_value: f64) -> Direction {
    let notable = by.abs() >= metric.least && change.is_none_or(|share| share.abs() >= NOTABLE);
    if p_value >= SIGNIFICANT || !notable {
        return Direction::Stable;
    }
    let rises = by > 0.0;
    if rises == (metric.better == Better::Up) { Direction::Improving } else { Direction::Degrading }
}

fn thinned_out(measured: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let stretch = measured.len().div_ceil(POINTS).max(1);
    let points = measured.chunks(stretch).filter_map(|stretch| {
        let (at, _) = stretch[stretch.len() / 2];
        Some((at, median(stretch.iter().map(|(_, value)| *value).collect())?))
    });
    points.collect()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53 for 285,000 years")]
fn stamp(sample: &Sample) -> f64 {
    sample.at.0 as f64
}

#[cfg(test)]
mod tests {
    use waggle_task_queue::model::{Stamp, TaskCounts};

    use super::*;
    use crate::perf::history::Quantiles;
    use crate::perf::judge::testing::Random;

    /// A sample each five seconds, as `make` has it.
    fn samples(count: i64, mut make: impl FnMut(f64) -> Sample) -> Vec<Sample> {
        let at = |step| Stamp(1_700_000_000_000 + 5_000 * step);
        (0..count).map(|step| Sample { at: at(step), ..make(step as f64 / count as f64) }).collect()
    }

    fn of(metric: &str, samples: &[Sample]) -> Option<Trend> {
        trends(samples.iter()).into_iter().find(|trend| trend.metric == metric)
    }

    fn with(metric: &str, value: f64) -> Sample {
        let mut sample = Sample { tasks: TaskCounts::default(), ..Sample::default() };
        match metric {
            "latency.task_assignment.p95_ms" => {
                sample.assignment = Some(Quantiles { p95_ms: value, ..Quantiles::default() });
            }
            "summary.throughput_per_s" => sample.throughput_per_s = value,
            "summary.error_rate" => sample.error_rate = Some(value),
            "redis.used_memory_bytes" => sample.redis_memory_bytes = Some(value as u64),
            "queues.ready" => sample.tasks.ready = value as u64,
            "pool.utilization" => sample.pool_utilization = value,
            _ => panic!("{metric}"),
        }
        sample
    }

    const USUAL: [(&str, f64); 6] = [
        ("latency.task_assignment.p95_ms", 20.0),
        ("summary.throughput_per_s", 900.0),
        ("summary.error_rate", 0.05),
        ("redis.used_memory_bytes", 5e8),
        ("queues.ready", 3_000.0),
        ("pool.utilization", 0.5),
    ];

    #[test]
    fn each_figure_that_doubles_is_told_for_better_or_worse() {
        for (metric, usual) in USUAL {
            for (from, to) in [(1.0, 2.0), (2.0, 1.0)] {
                let course = samples(240, |at| with(metric, usual * (from + (to - from) * at)));
                let trend = of(metric, &course).unwrap();
                let better = (to > from) == (metric == "summary.throughput_per_s");
                let expected = if better { Direction::Improving } else { Direction::Degrading };
                assert_eq!(trend.direction, expected, "{metric} {trend:?}");
                assert!((trend.change.unwrap().abs() - 0.667).abs() < 0.05, "{metric} {trend:?}");
                assert!(trend.p_value < 1e-6, "{metric} {trend:?}");
                assert_eq!((trend.samples, trend.over_ms), (240, 239 * 5_000));
            }
        }
    }

    #[test]
    fn what_only_fluctuates_is_stable() {
        let mut random = Random::new(3);
        for (metric, usual) in USUAL {
            let course = samples(720, |_| with(metric, usual * (0.5 + random.share())));
            assert_eq!(of(metric, &course).unwrap().direction, Direction::Stable, "{metric}");
        }
    }

    #[test]
    fn a_change_that_is_sure_but_small_is_stable() {
        for (metric, usual) in USUAL {
            let course = samples(240, |at| with(metric, usual * (1.0 + 0.08 * at)));
            let trend = of(metric, &course).unwrap();
            assert_eq!(trend.direction, Direction::Stable, "{metric} {trend:?}");
        }
        let course = samples(240, |at| with("latency.task_assignment.p95_ms", 0.2 + 0.4 * at));
        let trend = of("latency.task_assignment.p95_ms", &course).unwrap();
        assert!(trend.p_value < 1e-6 && trend.change.unwrap() > 0.5, "{trend:?}");
        assert_eq!(trend.direction, Direction::Stable, "less than a millisecond");
    }

    #[test]
    fn a_large_change_that_chance_may_have_made_is_stable() {
        let mut noisy =
            [10, 30, 12, 28, 15, 35, 11, 33, 20, 38, 14, 36].into_iter().map(|n| f64::from(n) * 100.0);
        let course = samples(12, |_| with("queues.ready", noisy.next().unwrap()));
        let trend = of("queues.ready", &course).unwrap();
        assert!(trend.p_value > 0.05 && trend.change.unwrap() > 0.2, "{trend:?}");
        assert_eq!(trend.direction, Direction::Stable);
    }

    #[test]
    fn one_outlier_at_the_end_is_no_trend() {
        let course = samples(120, |at| with("queues.ready", if at > 0.98 { 90_000.0 } else { 100.0 }));
        let trend = of("queues.ready", &course).unwrap();
        assert_eq!((trend.direction, trend.change), (Direction::Stable, Some(0.0)));
    }

    #[test]
    fn a_backlog_that_grows_out_of_nothing_is_told_without_a_share() {
        let course = samples(240, |at| with("queues.ready", (4_000.0 * (at - 0.51)).max(0.0)));
        let trend = of("queues.ready", &course).unwrap();
        assert_eq!((trend.direction, trend.change), (Direction::Degrading, None));
    }

    #[test]
    fn nothing_is_said_of_what_was_hardly_measured() {
        let gaps = |measured: i64| {
            let mut left = measured;
            samples(240, |at| {
                left -= 1;
                if left >= 0 { with("summary.error_rate", at) } else { Sample::default() }
            })
        };
        assert_eq!(of("summary.error_rate", &gaps(11)), None);
        assert_eq!(of("summary.error_rate", &gaps(12)).unwrap().samples, 12);
        assert_eq!(trends([].iter()), []);
    }

    #[test]
    fn a_day_of_samples_costs_no_more_than_an_hour_of_them() {
        assert_eq!(thinned_out(&vec![(0.0, 0.0); 8_640]).len(), POINTS);
        assert_eq!(thinned_out(&vec![(0.0, 0.0); 121]).len(), 61);
        assert_eq!(thinned_out(&vec![(0.0, 0.0); 120]).len(), POINTS);
    }
}
