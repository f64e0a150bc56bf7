use super::facts::{Facts, advice, figure};
use crate::perf::report::{Priority, Recommendation};

/// The share of the pool that is in use where there is room for a burst.
const COMFORTABLE: f64 = 0.7;

/// The pool lends out all that it has. Callers that were not served are counted since the start of the server: they tell
/// more of a pool that is too small now, and nothing of one that once was.
pub(super) fn too_small(facts: &Facts<'_>) -> Option<Recommendation> {
    let pool = &facts.report.pool;
    let busy = pool.max > 0 && pool.utilization * 100.0 >= figure(facts.perf.alerts.pool_percent);
    let slow = facts.failed("pool_acquire_p95_ms");
    let suffers = pool.waiting > 0 || slow.is_some();
    if !(busy || suffers) {
        return None;
    }
    let mut message = format!(
        "Raise `redis.pool.max`: {} of {} connections are in use, {} callers wait for one, and {} were not served in \
         time since the start",
        pool.in_use, pool.max, pool.waiting, pool.timeouts
    );
    if let Some((target, ms)) = slow {
        message +=
            &format!("; 5 of 100 waited for more than {ms:.1} ms, which is to be {} at most", target.target);
    }
    let priority = if suffers { Priority::High } else { Priority::Medium };
    Some(advice("pool", priority, (pool.utilization, COMFORTABLE), message))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, saving};
    use super::*;

    #[test]
    fn a_pool_with_room_is_left_alone() {
        let mut case = Case::healthy();
        case.report.pool.timeouts = 1;
        assert_eq!(case.told_by(too_small), None);
    }

    #[test]
    fn a_pool_that_is_used_up_is_to_be_larger() {
        let mut case = Case::healthy();
        (case.report.pool.in_use, case.report.pool.utilization) = (18, 0.9);
        let told = case.told_by(too_small).unwrap();
        assert_eq!((told.priority, told.current), (Priority::Medium, 0.9));
        assert!(told.message.contains("`redis.pool.max`") && told.message.contains("18 of 20"), "{told:?}");
    }

    #[test]
    fn callers_who_wait_make_it_urgent() {
        let mut case = Case::healthy();
        case.report.pool.waiting = 3;
        let told = case.told_by(too_small).unwrap();
        assert_eq!(told.priority, Priority::High);
        assert!(told.message.contains("3 callers wait"), "{told:?}");
    }

    #[test]
    fn callers_who_waited_for_too_long_make_it_urgent() {
        let mut case = Case::healthy();
        case.judge(&saving(20_000), 80);
        let told = case.told_by(too_small).unwrap();
        assert_eq!(told.priority, Priority::High);
        assert!(told.message.contains("80.") && told.message.contains("50 at most"), "{told:?}");
    }

    #[test]
    fn a_burst_of_yesterday_is_no_reason_and_is_told_beside_one() {
        let mut case = Case::healthy();
        case.report.pool.timeouts = 600;
        assert_eq!(case.told_by(too_small), None);
        case.report.pool.waiting = 1;
        assert!(case.told_by(too_small).unwrap().message.contains("600 were not served"));
    }
}
