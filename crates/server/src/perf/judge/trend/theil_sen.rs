/// The slope of a line through points of time and value: the median of the slopes between any two of them; 0 where no
/// two differ in time.
///
/// Up to 29 % of the points may be wild without moving it far (Theil, A rank-invariant method of linear and polynomial
/// regression analysis, Indagationes Mathematicae 12, 1950; Sen, Estimates of the regression coefficient based on
/// Kendall's tau, JASA 63, 1968, pp. 1379–1389).
pub(super) fn slope(points: &[(f64, f64)]) -> f64 {
    let pairs =
        points.iter().enumerate().flat_map(|(at, from)| points[at + 1..].iter().map(move |to| (from, to)));
    let apart = pairs.filter(|(from, to)| from.0 < to.0);
    let slopes = apart.map(|(from, to)| (to.1 - from.1) / (to.0 - from.0));
    median(slopes.collect()).unwrap_or(0.0)
}

/// The middle of some values, the mean of both where there are two; none of none.
pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| even);
    Some(lower.map_or(*upper, |lower| f64::midpoint(lower, *upper)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_has_its_own_slope() {
        let points: Vec<_> = (0..50).map(|at| (f64::from(at), 3.0 - 0.5 * f64::from(at))).collect();
        assert_eq!(slope(&points), -0.5);
    }

    #[test]
    fn a_quarter_of_wild_points_does_not_turn_it() {
        let wild = |at| if at % 4 == 0 { 1e9 } else { 0.0 };
        let points: Vec<_> = (0..60).map(|at| (f64::from(at), f64::from(at) + wild(at))).collect();
        assert!((slope(&points) - 1.0).abs() < 0.5, "{}", slope(&points));
    }

    #[test]
    fn points_at_one_time_have_no_slope() {
        assert_eq!(slope(&[(1.0, 5.0), (1.0, 9.0)]), 0.0);
        assert_eq!(slope(&[]), 0.0);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }
}
