use super::facts::{Facts, advice};
use crate::perf::report::{Priority, Recommendation};

/// From this share of the whole on, a part of it is what holds it up.
const MOST_OF_IT: f64 = 0.5;

/// Agents that wait get their tasks late.
pub(super) fn slow(facts: &Facts<'_>) -> Option<Recommendation> {
    let (target, observed) = facts.failed("task_assignment_p95_ms")?;
    let call = facts.p95_ms("redis_call");
    let by_redis = call.is_some_and(|ms| ms >= MOST_OF_IT * observed);
    let remedy = if by_redis {
        "the calls of Redis take most of it, so look there first"
    } else {
        "the calls of Redis take little of it, so give the service more processor time, or let another server on the \
         same Redis take a part of its agents"
    };
    let message = format!(
        "Of 100 agents that waited 5 got their task more than {observed:.1} ms after it was ready; \
         `perf.targets.task_assignment_p95_ms` is {}. A call takes {}: {remedy}",
        target.target,
        call.map_or_else(|| String::from("an unknown time"), |ms| format!("{ms:.1} ms at p95")),
    );
    Some(advice("latency", Priority::High, (observed, target.target), message))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, saving, took};
    use super::*;

    fn slow_case(redis_ms: f64) -> Case {
        let mut case = Case::healthy();
        case.judge(&saving(20_000), 150);
        case.report.latency.extend([took("redis_call", 500, redis_ms)]);
        case
    }

    #[test]
    fn assignments_in_time_need_nothing() {
        assert_eq!(Case::healthy().told_by(slow), None);
    }

    #[test]
    fn late_assignments_under_a_quick_redis_need_processor_time() {
        let told = slow_case(4.0).told_by(slow).unwrap();
        assert_eq!((told.priority, told.target), (Priority::High, 100.0));
        assert!(told.message.contains("4.0 ms at p95") && told.message.contains("processor"), "{told:?}");
    }

    #[test]
    fn late_assignments_under_a_slow_redis_are_its_fault() {
        let told = slow_case(120.0).told_by(slow).unwrap();
        assert!(told.message.contains("look there first"), "{told:?}");
    }
}
