use super::facts::{Facts, advice, figure, share};
use crate::perf::judge::MIN_COMPRESSED_VALUES;
use crate::perf::report::{Priority, Recommendation};

/// From this share of values on that compression was tried on in vain, the threshold is too low.
const IN_VAIN: f64 = 0.5;

/// Compression costs time and saves little.
pub(super) fn saves_little(facts: &Facts<'_>) -> Option<Recommendation> {
    let figures = &facts.report.compression;
    let saves = facts.failed("compression_saved_ratio");
    let in_vain = share(figures.kept_raw, figures.values)
        .filter(|share| figures.values >= MIN_COMPRESSED_VALUES && *share >= IN_VAIN);
    if saves.is_none() && in_vain.is_none() {
        return None;
    }
    let saved = saves.map(|(_, saved)| format!("compression saves {:.0} % of the bytes", saved * 100.0));
    let raw = in_vain.map(|_| {
        format!(
            "{} of {} values were stored as they came, as it saved no tenth",
            figures.kept_raw, figures.values
        )
    });
    let evidence: Vec<_> = saved.into_iter().chain(raw).collect();
    let threshold = figure(figures.threshold_bytes);
    let message = format!(
        "Raise `redis.codec.threshold_bytes` above {threshold}: {}. Small or random values do not get smaller, and \
         trying costs time",
        evidence.join(", and ")
    );
    Some(advice("compression", Priority::Low, (threshold, threshold * 2.0), message))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, saving};
    use super::*;

    #[test]
    fn compression_that_pays_is_left_alone() {
        assert_eq!(Case::healthy().told_by(saves_little), None);
    }

    #[test]
    fn compression_that_saves_little_should_begin_later() {
        let mut case = Case::healthy();
        case.judge(&saving(90_000), 5);
        let told = case.told_by(saves_little).unwrap();
        assert_eq!((told.priority, told.current, told.target), (Priority::Low, 1_024.0, 2_048.0));
        assert!(told.message.contains("`redis.codec.threshold_bytes`"), "{told:?}");
        assert!(told.message.contains("saves 10 %") && !told.message.contains("as they came"), "{told:?}");
    }

    #[test]
    fn values_that_are_mostly_kept_raw_should_not_be_tried() {
        let mut case = Case::healthy();
        case.report.compression.kept_raw = 250;
        assert!(case.told_by(saves_little).unwrap().message.contains("250 of 500"));
        case.report.compression.kept_raw = 249;
        assert_eq!(case.told_by(saves_little), None);
        (case.report.compression.values, case.report.compression.kept_raw) = (19, 19);
        assert_eq!(case.told_by(saves_little), None, "too few to tell");
    }
}
