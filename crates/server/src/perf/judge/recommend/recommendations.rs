use waggle_core::config::RedisConfig;

use super::facts::{Facts, Rule};
use super::{agents, assignment, compression, errors, memory, pipeline, pool, queues, redis};
use crate::config::PerfConfig;
use crate::perf::report::{Recommendation, Report};

/// All rules; what is equally urgent is told in this order.
pub(super) const RULES: [Rule; 14] = [
    redis::cannot_persist,
    memory::nearly_full,
    memory::unbounded,
    errors::rate,
    redis::slow,
    assignment::slow,
    queues::stalled,
    pool::too_small,
    queues::backlog,
    pipeline::flushes_full,
    pipeline::waits_long,
    agents::lost,
    agents::poll_without_waiting,
    compression::saves_little,
];

/// What to change, the most urgent first, as it follows from the other figures of a report: its targets have to be
/// judged before.
pub fn recommendations(report: &Report, perf: &PerfConfig, redis: &RedisConfig) -> Vec<Recommendation> {
    let facts = Facts { report, perf, redis };
    let mut all: Vec<_> = RULES.iter().filter_map(|rule| rule(&facts)).collect();
    all.sort_by_key(|recommendation| recommendation.priority);
    all
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, bad};
    use super::*;
    use crate::perf::report::Priority;

    const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md"));
    const SECTIONS: [&str; 5] = ["server.", "redis.", "snapshots.", "perf.", "log."];

    #[test]
    fn a_healthy_service_is_left_alone() {
        assert_eq!(Case::healthy().all(), []);
    }

    #[test]
    fn a_service_of_which_nothing_is_known_is_left_alone() {
        assert_eq!(Case::unknown().all(), []);
    }

    #[test]
    fn the_most_urgent_comes_first() {
        // The table names this Redis, which may wait, before what may not.
        let priorities: Vec<_> =
            bad().without_maxmemory().all().into_iter().map(|told| told.priority).collect();
        assert!(priorities.is_sorted(), "{priorities:?}");
        assert_eq!((priorities.first(), priorities.last()), (Some(&Priority::High), Some(&Priority::Low)));
    }

    #[test]
    fn each_rule_has_something_to_say_of_a_service_where_everything_is_bad() {
        let cases = [bad(), bad().without_maxmemory()];
        let spoken = |rule: &Rule| cases.iter().any(|case| case.told_by(*rule).is_some());
        let silent: Vec<_> = (0..RULES.len()).filter(|at| !spoken(&RULES[*at])).collect();
        assert_eq!(silent, [0; 0], "the places of rules that said nothing");
    }

    #[test]
    fn every_setting_that_is_named_is_documented() {
        let mut named = 0;
        for case in [bad(), bad().without_maxmemory(), bad().of_somebody_else(), bad().strict()] {
            for told in case.all() {
                let quoted = told.message.split('`').skip(1).step_by(2);
                for setting in quoted.filter(|word| SECTIONS.iter().any(|section| word.starts_with(section)))
                {
                    let row = format!("\n| `{setting}` |");
                    assert!(DOCUMENT.contains(&row), "{setting}: {}", told.message);
                    named += 1;
                }
            }
        }
        assert!(named > 20, "{named}");
    }

    #[test]
    fn every_recommendation_names_something_to_change() {
        for told in bad().all() {
            assert!(told.message.contains('`'), "{}", told.message);
            assert!(told.message.len() < 400, "{}", told.message);
            assert!(told.current.is_finite() && told.target.is_finite(), "{told:?}");
        }
    }
}
