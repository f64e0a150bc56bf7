use super::facts::{Facts, MIN_OPERATIONS, advice, figure};
use crate::perf::report::{Priority, Recommendation};

/// From this share of the longest wait on, waiting is the rule.
const NEARLY: f64 = 0.9;

/// Flushes carry as many operations as they may.
pub(super) fn flushes_full(facts: &Facts<'_>) -> Option<Recommendation> {
    let (most, largest) = (facts.redis.pipeline.max_operations as u64, facts.report.pipeline.batch_p95?);
    if !is_busy(facts) || largest < most || most == 1 {
        return None;
    }
    let message = format!(
        "Raise `redis.pipeline.max_operations` above {most}: more than 5 of 100 flushes carry as many, and what does \
         not fit waits for the next one"
    );
    Some(advice("pipeline", Priority::Medium, (figure(most), figure(most * 2)), message))
}

/// Operations wait for their flush for as long as they may.
pub(super) fn waits_long(facts: &Facts<'_>) -> Option<Recommendation> {
    let pipeline = &facts.redis.pipeline;
    let (longest, waited) = (figure(pipeline.max_delay_ms), facts.report.pipeline.wait_p95_ms?);
    if !is_busy(facts) || longest == 0.0 || waited < NEARLY * longest {
        return None;
    }
    let (most, of) = (pipeline.max_in_flight as u64, pipeline.max_delay_ms);
    let message = format!(
        "Raise `redis.pipeline.max_in_flight` above {most}: operations wait {waited:.1} ms at p95 for their flush, of \
         {of} ms that `redis.pipeline.max_delay_ms` allows, as {most} flushes are on their way"
    );
    Some(advice("pipeline", Priority::Medium, (waited, longest / 2.0), message))
}

fn is_busy(facts: &Facts<'_>) -> bool {
    facts.report.pipeline.flushes >= MIN_OPERATIONS
}

#[cfg(test)]
mod tests {
    use super::super::testing::Case;
    use super::*;

    #[test]
    fn flushes_with_room_need_nothing() {
        let mut case = Case::healthy();
        case.report.pipeline.batch_p95 = Some(99);
        case.report.pipeline.wait_p95_ms = Some(4.4);
        assert_eq!((case.told_by(flushes_full), case.told_by(waits_long)), (None, None));
    }

    #[test]
    fn full_flushes_should_carry_more() {
        let mut case = Case::healthy();
        case.report.pipeline.batch_p95 = Some(100);
        let told = case.told_by(flushes_full).unwrap();
        assert_eq!((told.current, told.target), (100.0, 200.0));
        assert!(told.message.contains("`redis.pipeline.max_operations` above 100"), "{told:?}");
        case.report.pipeline.flushes = 71;
        assert_eq!(case.told_by(flushes_full), None, "too few to tell");
    }

    #[test]
    fn a_pipeline_that_is_to_carry_one_at_a_time_is_left_alone() {
        let mut case = Case::healthy();
        case.redis.pipeline.max_operations = 1;
        assert_eq!(case.told_by(flushes_full), None);
    }

    #[test]
    fn operations_that_wait_long_need_more_flushes() {
        let mut case = Case::healthy();
        case.report.pipeline.wait_p95_ms = Some(4.8);
        let told = case.told_by(waits_long).unwrap();
        assert!(
            told.message.contains("`redis.pipeline.max_in_flight`") && told.message.contains("4.8 ms"),
            "{told:?}"
        );
        case.redis.pipeline.max_delay_ms = 0;
        assert_eq!(case.told_by(waits_long), None, "nothing waits on purpose");
    }
}
