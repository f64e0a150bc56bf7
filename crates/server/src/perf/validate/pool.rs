//! The connection pool, at its limit. Only the server can do that to its own.

use waggle_core::{Exercise, Redis};

use super::Test;
use super::ground::{histogram, micros};
use super::outcome::Found;
use crate::perf::judge::{Bound, Judged, quantile_at_most};
use crate::perf::report::{Target, Verdict};

const ROUNDS: usize = 50;
const P95_MS: f64 = 50.0;
const REUSED: f64 = 0.9;

pub(super) async fn run(redis: &Redis) -> Found {
    judged(&redis.exercise_pool(ROUNDS).await)
}

fn judged(exercise: &Exercise) -> Found {
    let mut found = Found::default();
    let part = Test::ConnectionPool.part();
    let acquired = histogram(exercise.acquired.iter().map(|took| micros(*took)));
    found.judged.push(quantile_at_most("acquire_p95_ms", part, P95_MS, Some(&acquired)));
    found.judged.push(Judged { target: reused(exercise), part, bound: Bound::AtLeast });
    let Exercise { max, most, failed, .. } = *exercise;
    if let Some(most) = most {
        found.unless(most <= max, || format!("{most} connections were open, and {max} are allowed"));
    }
    found.unless(failed == 0, || format!("{failed} loans came to nothing"));
    found
}

/// Every loan is counted: there is nothing to estimate.
fn reused(exercise: &Exercise) -> Target {
    let observed = exercise.reuse_ratio();
    let verdict = match observed {
        None => Verdict::Insufficient,
        Some(ratio) if ratio >= REUSED => Verdict::Pass,
        Some(_) => Verdict::Fail,
    };
    let n = exercise.reused + exercise.created;
    Target {
        name: "reuse_ratio".to_owned(),
        target: REUSED,
        observed,
        low: observed,
        high: observed,
        n,
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::perf::validate::TestOutcome;

    fn verdict(exercise: &Exercise) -> Verdict {
        TestOutcome::new(Test::ConnectionPool, Ok(judged(exercise)), 0).verdict
    }

    fn healthy() -> Exercise {
        let acquired = vec![Duration::from_millis(2); 1_000];
        Exercise { max: 20, acquired, failed: 0, most: Some(20), reused: 985, created: 15 }
    }

    #[test]
    fn a_pool_passes_that_is_quick_reuses_and_keeps_to_its_maximum() {
        assert_eq!(verdict(&healthy()), Verdict::Pass);
    }

    #[test]
    fn each_way_to_be_a_bad_pool_is_found() {
        for bad in [
            Exercise { acquired: vec![Duration::from_millis(60); 1_000], ..healthy() },
            Exercise { most: Some(21), ..healthy() },
            Exercise { failed: 1, ..healthy() },
            Exercise { reused: 850, created: 150, ..healthy() },
        ] {
            assert_eq!(verdict(&bad), Verdict::Fail, "{bad:?}");
        }
        assert_eq!(verdict(&Exercise { max: 20, ..Exercise::default() }), Verdict::Insufficient);
    }
}
