use waggle_core::config::Durability;

use super::facts::{Facts, advice, figure};
use crate::perf::report::{Priority, Recommendation, RedisFigures};

/// A call that takes less is not slow, whatever share of a request it is.
const SLOW_MS: f64 = 10.0;
/// From this share of a request on, Redis is what it waits for.
const MOST_OF_IT: f64 = 0.5;

/// Requests wait for Redis above all.
pub(super) fn slow(facts: &Facts<'_>) -> Option<Recommendation> {
    let (call, request) = (facts.p95_ms("redis_call")?, facts.p95_ms("http")?);
    if call < SLOW_MS || call < MOST_OF_IT * request {
        return None;
    }
    let message = format!(
        "A call of Redis takes {call:.1} ms at p95, and a request {request:.1} ms. {}",
        cause(facts, facts.report.redis.as_ref())
    );
    Some(advice("redis", Priority::High, (call, SLOW_MS), message))
}

fn cause(facts: &Facts<'_>, redis: Option<&RedisFigures>) -> String {
    let delayed = redis.map_or(0, |redis| redis.aof_delayed_fsync);
    if facts.is_private() && facts.redis.durability == Durability::Strict {
        return String::from(
            "`redis.durability` is `strict`, so that each write waits for the disk: put `server.data_dir` on a faster \
             one, or take `everysec` where the last second may be lost",
        );
    }
    if delayed > 0 {
        return format!("{delayed} writes had to wait for its disk since it started: {}", faster_disk(facts));
    }
    String::from(
        "Its disk does not hold it up: look at its processor and at the network, put it nearer to the service \
         (`redis.url`), or spread swarms over a cluster (`redis.mode`)",
    )
}

/// Redis cannot write what it is told to keep.
pub(super) fn cannot_persist(facts: &Facts<'_>) -> Option<Recommendation> {
    let redis = facts.report.redis.as_ref().filter(|redis| !redis.aof_ok)?;
    let message = format!(
        "Redis cannot write its append-only file, and what is done now may be lost: see to it that its disk is \
         neither full nor broken; {}",
        faster_disk(facts)
    );
    Some(advice("persistence", Priority::High, (figure(u64::from(redis.aof_ok)), 1.0), message))
}

fn faster_disk(facts: &Facts<'_>) -> &'static str {
    if facts.is_private() {
        "it writes to `server.data_dir`, which may be put on a better disk"
    } else {
        "it writes to its own `dir`, which may be put on a better disk"
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, took};
    use super::*;

    fn calls(call_ms: f64, request_ms: f64) -> Case {
        let mut case = Case::healthy();
        case.report.latency.extend([took("redis_call", 500, call_ms), took("http", 500, request_ms)]);
        case
    }

    fn redis(case: &mut Case) -> &mut RedisFigures {
        case.report.redis.as_mut().unwrap()
    }

    #[test]
    fn a_quick_redis_is_left_alone_and_so_is_one_that_is_not_the_cause() {
        assert_eq!(calls(9.9, 10.0).told_by(slow), None);
        assert_eq!(calls(40.0, 90.0).told_by(slow), None);
    }

    #[test]
    fn a_few_slow_calls_are_no_reason() {
        let mut case = calls(40.0, 50.0);
        case.report.latency.extend([took("redis_call", 71, 40.0)]);
        assert_eq!(case.told_by(slow), None);
    }

    #[test]
    fn a_slow_redis_is_told_with_its_cause() {
        let told = calls(40.0, 50.0).told_by(slow).unwrap();
        assert_eq!((told.priority, told.current), (Priority::High, 40.0));
        assert!(told.message.contains("network") && told.message.contains("`redis.url`"), "{told:?}");

        let told = calls(40.0, 50.0).strict().told_by(slow).unwrap();
        assert!(told.message.contains("`redis.durability` is `strict`"), "{told:?}");

        let mut case = calls(40.0, 50.0);
        redis(&mut case).aof_delayed_fsync = 7;
        let told = case.told_by(slow).unwrap();
        assert!(told.message.contains("7 writes") && told.message.contains("`server.data_dir`"), "{told:?}");
        let told = case.of_somebody_else().told_by(slow).unwrap();
        assert!(told.message.contains("`dir`"), "{told:?}");
    }

    #[test]
    fn a_redis_that_cannot_write_is_urgent() {
        let mut case = Case::healthy();
        assert_eq!(case.told_by(cannot_persist), None);
        redis(&mut case).aof_ok = false;
        let told = case.told_by(cannot_persist).unwrap();
        assert_eq!((told.priority, told.current, told.target), (Priority::High, 0.0, 1.0));
        assert!(told.message.contains("`server.data_dir`"), "{told:?}");
    }
}
