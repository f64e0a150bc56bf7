use super::facts::{Facts, advice, figure, share};
use crate::perf::report::{Priority, Recommendation};

/// From this share of `maxmemory` on, the next burst may be refused.
const NEARLY_ALL: f64 = 0.95;
/// From so many bytes on, somebody should have decided how many there may be: 1 GiB.
const LARGE: u64 = 1 << 30;
const MIB: f64 = 1_048_576.0;

/// Redis is near its `maxmemory`.
pub(super) fn nearly_full(facts: &Facts<'_>) -> Option<Recommendation> {
    let redis = facts.report.redis.as_ref()?;
    let used = share(redis.used_memory_bytes, redis.maxmemory_bytes)?;
    let limit = figure(facts.perf.alerts.memory_percent) / 100.0;
    if used < limit {
        return None;
    }
    let message = format!(
        "Redis uses {:.0} % of its `maxmemory` and refuses new tasks at 100 %: raise it, or keep finished tasks for \
         less time (`retention_ms` of a task)",
        used * 100.0
    );
    let priority = if used >= NEARLY_ALL { Priority::High } else { Priority::Medium };
    Some(advice("memory", priority, (used, limit), message))
}

/// Redis has no `maxmemory`, and much in its memory.
pub(super) fn unbounded(facts: &Facts<'_>) -> Option<Recommendation> {
    let redis = facts.report.redis.as_ref()?;
    if redis.maxmemory_bytes > 0 || redis.used_memory_bytes < LARGE {
        return None;
    }
    let message = format!(
        "Redis uses {:.0} MiB and has no `maxmemory`: set one below the machine's memory, so that new tasks are \
         refused when it is full instead of Redis being killed",
        figure(redis.used_memory_bytes) / MIB
    );
    Some(advice("memory", Priority::Medium, (figure(redis.used_memory_bytes), figure(LARGE)), message))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Case;
    use super::*;

    fn memory(used_memory_bytes: u64, maxmemory_bytes: u64) -> Case {
        let mut case = Case::healthy();
        let redis = case.report.redis.as_mut().unwrap();
        (redis.used_memory_bytes, redis.maxmemory_bytes) = (used_memory_bytes, maxmemory_bytes);
        case
    }

    #[test]
    fn a_redis_with_room_is_left_alone() {
        let case = memory(799, 1_000);
        assert_eq!((case.told_by(nearly_full), case.told_by(unbounded)), (None, None));
    }

    #[test]
    fn a_redis_near_its_maxmemory_is_told_and_urgent_at_the_end() {
        let told = memory(800, 1_000).told_by(nearly_full).unwrap();
        assert_eq!((told.priority, told.current, told.target), (Priority::Medium, 0.8, 0.8));
        assert!(told.message.contains("80 %") && told.message.contains("`maxmemory`"), "{told:?}");
        assert_eq!(memory(950, 1_000).told_by(nearly_full).unwrap().priority, Priority::High);
    }

    #[test]
    fn a_large_redis_without_a_maxmemory_should_have_one() {
        assert_eq!(memory(LARGE - 1, 0).told_by(unbounded), None);
        assert_eq!(memory(LARGE, LARGE * 2).told_by(unbounded), None);
        let told = memory(3 * LARGE, 0).told_by(unbounded).unwrap();
        assert!(told.message.contains("3072 MiB"), "{told:?}");
    }
}
