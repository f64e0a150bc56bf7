use super::facts::{Facts, advice, figure, share};
use crate::perf::report::{Priority, Recommendation, Report, Scope};

/// From this share of all agents on, those that are lost are more than accidents.
const LOST: f64 = 0.1;
/// So many empty claims a second of each live agent come about only where claims do not wait.
const POLLS_PER_S: f64 = 0.5;
/// Fewer empty claims cost nothing.
const MIN_EMPTY: u64 = 100;
/// What a claim may be told to wait, in the messages.
const WAIT_MS: u64 = 30_000;

/// Agents end without a word.
pub(super) fn lost(facts: &Facts<'_>) -> Option<Recommendation> {
    let agents = &facts.report.agents;
    let all = agents.live + agents.draining + agents.lost;
    let lost = share(agents.lost, all).filter(|share| *share >= LOST)?;
    let message = format!(
        "{} of {all} agents were not seen for their `ttl_ms`, and their tasks wait for leases to end: look at why they \
         die (`waggle agent list --status lost`), raise the `ttl_ms` of those that are only silent, and stop others by \
         `waggle agent drain`",
        agents.lost
    );
    Some(advice("agents", Priority::Medium, (lost, 0.0), message))
}

/// Agents ask again and again instead of waiting.
pub(super) fn poll_without_waiting(facts: &Facts<'_>) -> Option<Recommendation> {
    let report = facts.report;
    let empty = report.latency.get("claim_empty")?.count;
    let seconds = figure(recorded_ms(report)) / 1_000.0;
    let each = figure(empty) / seconds / figure(report.agents.live.max(1));
    if empty < MIN_EMPTY || each < POLLS_PER_S {
        return None;
    }
    let message = format!(
        "Give claims a `wait_ms`, such as {WAIT_MS}: {empty} of them found nothing, {each:.1} a second of each live \
         agent; one that waits gets its task at once and costs nothing meanwhile"
    );
    Some(advice("agents", Priority::Medium, (each, 1_000.0 / figure(WAIT_MS)), message))
}

/// The time in which claims were counted: a server that has just started had less than the window.
fn recorded_ms(report: &Report) -> u64 {
    match report.scope {
        Scope::Node => report.window_ms.min(report.uptime_ms).max(1),
        Scope::Fleet => report.window_ms.max(1),
    }
}

#[cfg(test)]
mod tests {
    use waggle_task_queue::model::AgentCounts;

    use super::super::testing::{Case, took};
    use super::*;

    fn agents(live: u64, lost: u64) -> Case {
        let mut case = Case::healthy();
        case.report.agents = AgentCounts { live, draining: 0, lost };
        case
    }

    fn empty_claims(live: u64, count: u64) -> Case {
        let mut case = agents(live, 0);
        case.report.latency.extend([took("claim_empty", count, 1.0)]);
        case
    }

    #[test]
    fn a_few_agents_may_be_lost() {
        assert_eq!(agents(91, 9).told_by(lost), None);
        assert_eq!(agents(0, 0).told_by(lost), None);
        let told = agents(90, 10).told_by(lost).unwrap();
        assert_eq!(told.current, 0.1);
        assert!(
            told.message.starts_with("10 of 100 agents") && told.message.contains("`ttl_ms`"),
            "{told:?}"
        );
    }

    #[test]
    fn agents_that_wait_and_find_nothing_now_and_then_are_left_alone() {
        assert_eq!(empty_claims(100, 2_999).told_by(poll_without_waiting), None);
        assert_eq!(empty_claims(1, 99).told_by(poll_without_waiting), None);
    }

    #[test]
    fn agents_that_ask_again_and_again_should_wait() {
        let told = empty_claims(100, 6_000).told_by(poll_without_waiting).unwrap();
        assert_eq!(told.current, 1.0);
        assert!(told.message.contains("`wait_ms`") && told.message.contains("6000 of them"), "{told:?}");
        assert!(empty_claims(0, 100).told_by(poll_without_waiting).is_some(), "nobody is known to be live");
    }

    #[test]
    fn a_server_that_has_just_started_counts_the_time_it_had() {
        let mut case = empty_claims(1, 100);
        case.report.uptime_ms = 2_000;
        assert_eq!(case.told_by(poll_without_waiting).unwrap().current, 50.0);
    }
}
