use std::cmp::Ordering;

/// The probability that values without a trend rise or fall as steadily as these do, in their order.
///
/// The test of Mann and Kendall, both sides, with the correction for equal values and for continuity, by the normal
/// approximation, which is good from ten values on (Mann, Nonparametric tests against trend, Econometrica 13, 1945,
/// pp. 245–259; Kendall, Rank Correlation Methods, 4th ed. 1975; Gilbert, Statistical Methods for Environmental
/// Pollution Monitoring, 1987, section 16.4).
pub(super) fn p_value(values: &[f64]) -> f64 {
    let variance = variance(values);
    if variance <= 0.0 {
        return 1.0; // all are equal
    }
    let z = (score(values).abs() - 1.0).max(0.0) / variance.sqrt();
    (2.0 * upper_tail(z)).min(1.0)
}

/// Pairs that rise less pairs that fall.
fn score(values: &[f64]) -> f64 {
    let pairs =
        values.iter().enumerate().flat_map(|(at, from)| values[at + 1..].iter().map(move |to| (from, to)));
    let signs = pairs.map(|(from, to)| match from.total_cmp(to) {
        Ordering::Less => 1.0,
        Ordering::Equal => 0.0,
        Ordering::Greater => -1.0,
    });
    signs.sum()
}

/// Of the score where there is no trend.
fn variance(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let ties = sorted.chunk_by(|a, b| a.total_cmp(b) == Ordering::Equal);
    (term(values.len()) - ties.map(|tie| term(tie.len())).sum::<f64>()) / 18.0
}

#[expect(clippy::cast_precision_loss, reason = "some hundred values")]
fn term(count: usize) -> f64 {
    let n = count as f64;
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// The probability that a standard normal variable lies above `z`, for z ≥ 0, within 7.5e-8 (Abramowitz and Stegun,
/// Handbook of Mathematical Functions, 1964, 26.2.17).
fn upper_tail(z: f64) -> f64 {
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let polynomial = t * B.iter().rev().fold(0.0, |sum, b| sum * t + b);
    let density = (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt();
    (density * polynomial).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perf::judge::testing::Random;

    #[test]
    fn the_normal_tail_is_that_of_the_tables() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.158_655_25), (1.959_963_985, 0.025), (3.0, 0.001_349_90)] {
            assert!((upper_tail(z) - p).abs() < 1e-7, "{z}: {}", upper_tail(z));
        }
    }

    #[test]
    fn score_and_variance_are_those_of_the_formulas() {
        // n = 10 without ties: 10 · 9 · 25 / 18; one pair of equal values takes 2 · 1 · 9 / 18 away.
        let rising: Vec<_> = (0..10).map(f64::from).collect();
        assert_eq!((score(&rising), variance(&rising)), (45.0, 125.0));
        let tied = [1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        assert_eq!((score(&tied), variance(&tied)), (44.0, 124.0));
        // z = 44 / √125 = 3.9355
        assert!((p_value(&rising) - 8.303e-5).abs() < 1e-7, "{}", p_value(&rising));
    }

    #[test]
    fn equal_values_are_no_trend() {
        assert_eq!(p_value(&[4.0; 30]), 1.0);
        assert_eq!(p_value(&[]), 1.0);
    }

    #[test]
    fn noise_is_taken_for_a_trend_as_rarely_as_it_says() {
        let mut random = Random::new(11);
        let fooled = (0..2_000).filter(|_| {
            let noise: Vec<_> = (0..40).map(|_| random.share()).collect();
            p_value(&noise) < 0.05
        });
        let fooled = fooled.count();
        assert!((60..=140).contains(&fooled), "5 % of 2,000 are 100: {fooled}");
    }
}
