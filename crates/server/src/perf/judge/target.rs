//! Targets: what is good enough, what was observed, and whether it holds.
//!
//! A verdict is taken on the worse end of the 95 % confidence interval. Where the observations could not have shown that
//! a target holds however good they had been, they are too few, and the verdict is `insufficient`.

use waggle_core::perf::Histogram;

use super::confidence::Part;
use super::interval::{Interval, quantile_interval, wilson_interval};
use crate::perf::report::{Target, Verdict};

/// Values of which compression has to have seen so many before its share says anything.
pub const MIN_COMPRESSED_VALUES: u64 = 20;

/// On which side of its limit a target holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// At most the limit; at twice as much the score is 0.
    AtMost,
    /// At least the limit; at half of it the score is 0.
    AtLeast,
}

/// A target with what its share of the confidence depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The target as it is reported.
    pub target: Target,
    /// The part of the confidence it belongs to.
    pub part: Part,
    /// Where it holds.
    pub bound: Bound,
}

/// At p95 at most `limit_ms`, by a histogram of microseconds.
pub fn quantile_at_most(name: &str, part: Part, limit_ms: f64, micros: Option<&Histogram>) -> Judged {
    by_quantile(name, part, (Bound::AtMost, limit_ms), micros, 0.95, 1_000.0)
}

/// In the median at least `limit`, by a histogram of operations a second.
pub fn throughput_at_least(name: &str, part: Part, limit: f64, per_s: Option<&Histogram>) -> Judged {
    by_quantile(name, part, (Bound::AtLeast, limit), per_s, 0.5, 1.0)
}

/// At most a share of `limit` of `operations` failed. They are too few where not even a run without a failure would
/// show it: fewer than 189 for 2 %.
pub fn rate_at_most(name: &str, part: Part, limit: f64, failed: u64, operations: u64) -> Judged {
    let interval = wilson_interval(failed, operations);
    let faultless = wilson_interval(0, operations);
    let could_hold = faultless.is_some_and(|best| best.high <= limit);
    let fails_surely = interval.is_some_and(|interval| interval.low > limit);
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur")]
    let observed = interval.map(|_| failed as f64 / operations as f64);
    let seen = Seen { observed, interval, n: operations, tells: could_hold || fails_surely };
    judged(name, part, (Bound::AtMost, limit), seen)
}

/// At least `limit` at once. A count has no interval; fewer than the limit are no evidence that it would not hold.
pub fn at_once(name: &str, part: Part, limit: u64, counted: Option<u64>) -> Judged {
    let exact = counted.map(of_count);
    let interval = exact.map(|exact| Interval { low: exact, high: exact });
    let tells = counted.is_some_and(|counted| counted >= limit);
    let seen = Seen { observed: exact, interval, n: counted.unwrap_or(0), tells };
    judged(name, part, (Bound::AtLeast, of_count(limit)), seen)
}

/// At least a share of `limit` of the bytes saved.
///
/// No interval is made up around it. Every value that was stored is counted, none is a sample of others, and the same
/// bytes are always stored as the same bytes, so that the share is exact for what was stored; Wilson's interval over
/// bytes would take each byte for an independent trial, which it is not. Fewer than [`MIN_COMPRESSED_VALUES`] are
/// not taken for evidence.
pub fn saved_at_least(
    name: &str,
    part: Part,
    limit: f64,
    values: u64,
    bytes_in: u64,
    bytes_out: u64,
) -> Judged {
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur")]
    let exact = (bytes_in > 0).then(|| 1.0 - bytes_out as f64 / bytes_in as f64);
    let interval = exact.map(|exact| Interval { low: exact, high: exact });
    let seen = Seen { observed: exact, interval, n: values, tells: values >= MIN_COMPRESSED_VALUES };
    judged(name, part, (Bound::AtLeast, limit), seen)
}

/// What was seen of a target.
#[derive(Clone, Copy)]
struct Seen {
    observed: Option<f64>,
    interval: Option<Interval>,
    n: u64,
    /// Whether that is enough for a verdict.
    tells: bool,
}

fn by_quantile(
    name: &str,
    part: Part,
    limit: (Bound, f64),
    values: Option<&Histogram>,
    q: f64,
    unit: f64,
) -> Judged {
    let values = values.filter(|values| !values.is_empty());
    let interval = values.and_then(|values| quantile_interval(values, q));
    let interval = interval.map(|Interval { low, high }| Interval { low: low / unit, high: high / unit });
    let seen = Seen {
        observed: values.map(|values| of_count(values.value_at_quantile(q)) / unit),
        interval,
        n: values.map_or(0, Histogram::len),
        tells: true,
    };
    judged(name, part, limit, seen)
}

fn judged(name: &str, part: Part, (bound, limit): (Bound, f64), seen: Seen) -> Judged {
    let verdict = match seen.interval.filter(|_| seen.tells) {
        None => Verdict::Insufficient,
        Some(interval) if bound.holds(interval, limit) => Verdict::Pass,
        Some(_) => Verdict::Fail,
    };
    let target = Target {
        name: name.to_owned(),
        target: limit,
        observed: seen.observed,
        low: seen.interval.map(|interval| interval.low),
        high: seen.interval.map(|interval| interval.high),
        n: seen.n,
        verdict,
    };
    Judged { target, part, bound }
}

impl Bound {
    fn holds(self, interval: Interval, limit: f64) -> bool {
        match self {
            Self::AtMost => interval.high <= limit,
            Self::AtLeast => interval.low >= limit,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur")]
pub(super) const fn of_count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram =
            Histogram::new_with_bounds(1, waggle_core::perf::Series::Http.largest(), 2).unwrap();
        values.into_iter().for_each(|value| histogram.record(value).unwrap());
        histogram
    }

    fn p95(limit: f64, values: &Histogram) -> Target {
        quantile_at_most("x", Part::Latency, limit, Some(values)).target
    }

    fn errors(failed: u64, operations: u64) -> Target {
        rate_at_most("x", Part::Reliability, 0.02, failed, operations).target
    }

    #[test]
    fn the_worse_end_decides_and_not_what_was_observed() {
        // 95 of 100 took 90 ms, but the interval reaches to those that took 110.
        let close = histogram((0..200).map(|at| if at < 191 { 90_000 } else { 110_000 }));
        let target = p95(100.0, &close);
        assert!(target.observed.unwrap() < 100.0 && target.high.unwrap() > 100.0, "{target:?}");
        assert_eq!(target.verdict, Verdict::Fail);
        assert_eq!(p95(111.0, &close).verdict, Verdict::Pass);
        let rates = histogram((0..100).map(|at| if at < 45 { 400 } else { 600 }));
        let target = throughput_at_least("x", Part::Throughput, 500.0, Some(&rates)).target;
        assert!(target.observed.unwrap() > 500.0 && target.low.unwrap() < 500.0, "{target:?}");
        assert_eq!(target.verdict, Verdict::Fail);
    }

    #[test]
    fn too_few_values_are_shown_and_not_judged() {
        let target = p95(100.0, &histogram([1_000; 71]));
        assert_eq!((target.n, target.low, target.verdict), (71, None, Verdict::Insufficient));
        assert!(target.observed.is_some());
        assert_eq!(p95(100.0, &histogram([1_000; 72])).verdict, Verdict::Pass);
    }

    #[test]
    fn an_error_rate_is_judged_from_as_many_operations_as_could_have_shown_it() {
        assert_eq!(errors(0, 188).verdict, Verdict::Insufficient);
        assert_eq!(errors(0, 189).verdict, Verdict::Pass);
        assert_eq!(errors(2, 189).verdict, Verdict::Fail);
        assert_eq!(errors(15, 1_000).verdict, Verdict::Fail, "1.5 %, and 2.5 % at the worse end");
        assert_eq!(errors(150, 10_000).verdict, Verdict::Pass);
        assert_eq!(errors(0, 0).verdict, Verdict::Insufficient);
    }

    #[test]
    fn few_operations_that_mostly_failed_are_evidence_enough() {
        assert_eq!(errors(9, 10).verdict, Verdict::Fail);
    }

    #[test]
    fn fewer_agents_than_the_target_are_no_evidence_of_failure() {
        let agents = |counted| at_once("x", Part::Throughput, 1_000, counted).target;
        assert_eq!(agents(Some(999)).verdict, Verdict::Insufficient);
        assert_eq!(agents(Some(999)).observed, Some(999.0));
        assert_eq!(agents(Some(1_000)).verdict, Verdict::Pass);
        assert_eq!(agents(None).observed, None);
    }

    #[test]
    fn compression_is_judged_by_bytes_from_twenty_values_on() {
        let saved = |values, out| saved_at_least("x", Part::Efficiency, 0.4, values, 1_000, out).target;
        assert_eq!(saved(20, 600).verdict, Verdict::Pass);
        assert_eq!(saved(20, 601).verdict, Verdict::Fail);
        assert_eq!(saved(19, 600).verdict, Verdict::Insufficient);
        assert_eq!(saved(20, 250).observed, Some(0.75));
        assert_eq!(saved_at_least("x", Part::Efficiency, 0.4, 0, 0, 0).target.observed, None);
    }
}
