use super::facts::{Facts, advice};
use crate::perf::report::{Priority, Recommendation};
use crate::problem::Code;

/// More requests fail than may, told by what most of them were answered with.
pub(super) fn rate(facts: &Facts<'_>) -> Option<Recommendation> {
    let (target, observed) = facts.failed("error_rate")?;
    let what = match most_frequent(facts) {
        Some((code, times)) => format!("most often as `{}` ({times} times): {}", code.as_str(), remedy(code)),
        None => String::from("without a code: the log names each by its `request_id`"),
    };
    let message = format!(
        "{:.1} % of the requests fail by a fault of the service (`perf.targets.error_percent` is {}), {what}",
        observed * 100.0,
        facts.perf.targets.error_percent
    );
    Some(advice("errors", Priority::High, (observed, target.target), message))
}

/// The fault of the service that was answered most often; those of callers do not count.
fn most_frequent(facts: &Facts<'_>) -> Option<(Code, u64)> {
    let faults = Code::ALL.into_iter().filter(|code| code.status().is_server_error());
    let told = faults.filter_map(|code| {
        let times = facts.report.errors.by_code.get(code.as_str())?;
        (*times > 0).then_some((code, *times))
    });
    told.max_by_key(|(_, times)| *times)
}

fn remedy(code: Code) -> &'static str {
    match code {
        Code::BackendUnavailable => "Redis cannot be reached; run `waggle doctor`",
        Code::OutcomeUnknown => {
            "Redis answers later than `redis.hot.response_timeout_ms`; find out why it is slow"
        }
        Code::BackendOutOfMemory => "raise `maxmemory` of Redis, or let agents finish tasks",
        Code::BackendDiskError => "the disk of Redis is full or broken",
        Code::BackendBusy => {
            "something else runs long scripts on this Redis; give the service one of its own"
        }
        Code::TooManyWaiting => "let another server on the same Redis take a part of the agents",
        Code::Draining => "the service is being stopped; let clients ask `/health/ready`",
        _ => "a fault of the program; the log names each by its `request_id`",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, saving};
    use super::*;
    use crate::perf::judge::Measured;

    fn failing(codes: &[(&str, u64)]) -> Case {
        let mut case = Case::healthy();
        case.judge(&Measured { operations: 1_000, failed: 100, ..saving(20_000) }, 5);
        case.report.errors.by_code = codes.iter().map(|(code, times)| ((*code).to_owned(), *times)).collect();
        case
    }

    #[test]
    fn few_errors_need_nothing_and_those_of_callers_never_do() {
        assert_eq!(Case::healthy().told_by(rate), None);
    }

    #[test]
    fn many_errors_are_told_by_the_most_frequent_fault_of_the_service() {
        let case = failing(&[("validation", 9_000), ("outcome_unknown", 70), ("backend_busy", 30)]);
        let told = case.told_by(rate).unwrap();
        assert_eq!((told.priority, told.current, told.target), (Priority::High, 0.1, 0.02));
        for words in ["10.0 %", "`outcome_unknown` (70 times)", "`redis.hot.response_timeout_ms`"] {
            assert!(told.message.contains(words), "{words}: {}", told.message);
        }
    }

    #[test]
    fn errors_without_a_code_are_to_be_looked_up() {
        assert!(failing(&[("validation", 5)]).told_by(rate).unwrap().message.contains("`request_id`"));
    }
}
