//! 95 % confidence intervals.
//!
//! Both kinds take observations to be independent of each other. Those of a service are not quite: a stall is felt by
//! all requests of its moment. The intervals are then a little too narrow, never too wide.

use waggle_core::perf::Histogram;

/// What either end may be wrong with: 2.5 %.
const TAIL: f64 = 0.025;
/// The quantile of the normal distribution that leaves [`TAIL`] above it.
const Z: f64 = 1.959_963_984_540_054;
/// Up to so many observations the binomial distribution is summed exactly.
const EXACT: u64 = 1_000_000;
/// Terms of the binomial distribution below this share of the largest one are not summed.
const NEGLIGIBLE: f64 = 1e-18;

/// The ends of a 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The interval in which the quantile `q` lies, in the histogram's unit; none where there are too few values for it to
/// exist (fewer than 72 for `q` = 0.95, fewer than 6 for the median).
///
/// By order statistics, which ask nothing of the distribution: the ends are the values of the ranks between which a
/// binomial variable of n and `q` falls with 95 % (Conover, Practical Nonparametric Statistics, 3rd ed. 1999, section
/// 3.2; David and Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1). Up to a million values the ranks are exact,
/// beyond it those of the normal approximation, rounded outwards. The histogram's own rounding is outwards too.
pub fn quantile_interval(histogram: &Histogram, q: f64) -> Option<Interval> {
    let n = histogram.len();
    let (low, high) = ranks(n, q)?;
    let low = histogram.lowest_equivalent(value_of_rank(histogram, low)?);
    let high = histogram.highest_equivalent(value_of_rank(histogram, high)?);
    #[expect(clippy::cast_precision_loss, reason = "values stay below 2^26")]
    Some(Interval { low: low as f64, high: high as f64 })
}

/// The interval in which the rate lies at which `events` of `trials` happened; none without a trial.
///
/// Wilson's score interval (Probable Inference, JASA 22, 1927, pp. 209–212), which keeps its promise for rates near 0
/// too, where most error rates are (Brown, Cai and `DasGupta`, Statistical Science 16, 2001, pp. 101–133).
pub fn wilson_interval(events: u64, trials: u64) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts beyond 2^53 do not occur")]
    let (n, p) = (trials as f64, events.min(trials) as f64 / trials as f64);
    let square = Z * Z / n;
    let centre = p + square / 2.0;
    let reach = Z * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
    let end = |end: f64| (end / (1.0 + square)).clamp(0.0, 1.0);
    Some(Interval { low: end(centre - reach), high: end(centre + reach) })
}

/// The value that stands at `rank` when all are sorted, from 1.
fn value_of_rank(histogram: &Histogram, rank: u64) -> Option<u64> {
    let mut seen = 0;
    histogram.iter_recorded().find_map(|step| {
        seen += step.count_at_value();
        (seen >= rank).then_some(step.value_iterated_to())
    })
}

/// The ranks at the ends of the interval of the quantile `q` of `n` values, from 1; none where one of them would lie
/// beyond the values.
fn ranks(n: u64, q: f64) -> Option<(u64, u64)> {
    if n == 0 || !(q > 0.0 && q < 1.0) {
        return None;
    }
    // The upper end is the lower one of the same values sorted the other way round.
    let (low, from_above) = (lower_rank(n, q), lower_rank(n, 1.0 - q));
    (low > 0 && from_above > 0).then(|| (low, n + 1 - from_above))
}

/// The largest r with P(B < r) ≤ [`TAIL`] for a binomial B of `n` and `q`; 0 where there is none.
fn lower_rank(n: u64, q: f64) -> u64 {
    if n > EXACT { normal_rank(n, q) } else { exact_rank(n, q) }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "far below 2^53, and cut off at 0"
)]
fn normal_rank(n: u64, q: f64) -> u64 {
    let n = n as f64;
    (n * q - Z * (n * q * (1.0 - q)).sqrt()).floor().max(0.0) as u64
}

/// Sums the terms as shares of the largest one, each from its neighbour: no factorial, no logarithm.
#[expect(clippy::cast_precision_loss, reason = "at most a million")]
fn exact_rank(n: u64, q: f64) -> u64 {
    let mode = largest_term(n, q);
    let odds = q / (1.0 - q);
    let below = terms((1..=mode).rev(), |k| k as f64 / ((n - k + 1) as f64 * odds));
    let above = terms(mode..n, |k| (n - k) as f64 / (k + 1) as f64 * odds);
    let tail = TAIL * (1.0 + below.iter().sum::<f64>() + above.iter().sum::<f64>());
    let first = mode - below.len() as u64;
    let mut sum = 0.0;
    let within = below.iter().rev().chain([&1.0]).chain(&above).take_while(|term| {
        sum += **term;
        sum <= tail
    });
    first + within.count() as u64
}

/// Terms that each are the one before times `ratio`, from 1, as long as they count.
fn terms(ks: impl Iterator<Item = u64>, ratio: impl Fn(u64) -> f64) -> Vec<f64> {
    let mut term = 1.0;
    let next = |k| {
        term *= ratio(k);
        term
    };
    ks.map(next).take_while(|term| *term > NEGLIGIBLE).collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and a million"
)]
fn largest_term(n: u64, q: f64) -> u64 {
    (((n + 1) as f64 * q) as u64).min(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram =
            Histogram::new_with_bounds(1, waggle_core::perf::Series::Http.largest(), 2).unwrap();
        values.into_iter().for_each(|value| histogram.record(value).unwrap());
        histogram
    }

    /// P(B < r), term by term from the definition.
    fn below(n: u64, q: f64, r: u64) -> f64 {
        (0..r)
            .map(|k| {
                (1..=k).fold((1.0 - q).powf((n - k) as f64), |p, i| p * q * (n - k + i) as f64 / i as f64)
            })
            .sum()
    }

    #[test]
    fn ranks_are_those_of_the_published_tables() {
        // Median: Conover's table A3 and the usual tables of the sign test.
        for (n, ranks_of_median) in
            [(6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33))]
        {
            assert_eq!(ranks(n, 0.5), Some(ranks_of_median), "{n}");
        }
        assert_eq!(ranks(100, 0.5), Some((40, 61)));
    }

    #[test]
    fn ranks_hold_what_they_promise_and_no_narrower_ones_would() {
        for (n, q) in [(72, 0.95), (100, 0.95), (150, 0.9), (200, 0.5), (400, 0.98), (120, 0.05)] {
            let (low, high) = ranks(n, q).unwrap();
            assert!(below(n, q, low) <= TAIL && below(n, q, low + 1) > TAIL, "{n} {q}: {low}");
            assert!(1.0 - below(n, q, high) <= TAIL && 1.0 - below(n, q, high - 1) > TAIL, "{n} {q}: {high}");
        }
    }

    #[test]
    fn there_is_no_interval_of_too_few_values() {
        for (q, too_few) in [(0.95, 71), (0.5, 5), (0.99, 367)] {
            assert_eq!(quantile_interval(&of(1..=too_few), q), None, "{q}");
            assert!(quantile_interval(&of(1..=too_few + 1), q).is_some(), "{q}");
        }
        assert_eq!(quantile_interval(&of([]), 0.95), None);
        for q in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(quantile_interval(&of(1..=1_000), q), None, "{q}");
        }
    }

    #[test]
    fn the_observed_quantile_lies_in_its_interval() {
        for n in [72, 73, 100, 1_000, 20_000] {
            let histogram = of((1..=n).map(|value| value * 7));
            for q in [0.5, 0.9, 0.95] {
                let Interval { low, high } = quantile_interval(&histogram, q).unwrap();
                let observed = histogram.value_at_quantile(q) as f64;
                assert!(low <= observed && observed <= high, "{n} {q}: {low} {observed} {high}");
            }
        }
    }

    #[test]
    fn equal_values_have_an_interval_as_wide_as_the_histogram_rounds() {
        let Interval { low, high } = quantile_interval(&of([100_000; 500]), 0.95).unwrap();
        assert!(low <= 100_000.0 && 100_000.0 <= high && high / low < 1.01, "{low} {high}");
    }

    #[test]
    fn the_exact_ranks_and_the_approximate_ones_meet() {
        for q in [0.05, 0.5, 0.95, 0.99] {
            let (exact, normal) = (exact_rank(EXACT, q), normal_rank(EXACT, q));
            assert!(normal.abs_diff(exact) <= 3, "{q}: {exact} {normal}");
        }
    }

    #[test]
    fn nineteen_of_twenty_intervals_hold_the_true_quantile() {
        let mut random = crate::perf::judge::testing::Random::new(7);
        let held = (0..2_000).filter(|_| {
            let histogram = of((0..200).map(|_| 1 + random.below(1_000)));
            let Interval { low, high } = quantile_interval(&histogram, 0.95).unwrap();
            low <= 950.0 && 950.0 <= high
        });
        assert!((1_880..=1_990).contains(&held.count()));
    }

    #[test]
    fn a_rate_has_wilsons_interval() {
        // Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
        for (events, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = wilson_interval(events, trials).unwrap();
            assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
        }
        assert_eq!(wilson_interval(0, 0), None);
        assert_eq!(wilson_interval(9, 3).unwrap().high, 1.0);
    }
}
