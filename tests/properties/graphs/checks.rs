//! Tasks stand as the model says and walk along every arrow, and who breaks a rule is found out.

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use waggle_core::Library;
use waggle_task_queue::library_with_manual_clock;
use waggle_task_queue::model::Status;

use super::{Case, Step};
use crate::run::{failure_among, for_any};
use crate::store::Backend;

const CASES: u32 = 96;
const CASES_OF_ASKING: u32 = 96;
/// One that breaks a rule is found out long before that many.
const CASES_OF_BROKEN: u32 = 1_000;
/// One call tells only few of those who wait.
const FEW_STEPS: (&str, &str) = ("STEPS_A_CALL, STEPS_A_MOVE = 256, 4", "STEPS_A_CALL, STEPS_A_MOVE = 3, 4");

/// Returns the arrows that were walked.
fn run(
    library: Library,
    cases: u32,
    in_order: bool,
    step: &BoxedStrategy<Step>,
) -> BTreeSet<(String, String)> {
    let backend = Rc::new(Backend::start(library));
    Backend::run_on(&backend);
    for_any(cases, &steps(step), |steps| run_case(in_order, &steps));
    backend.arrows.take()
}

/// How a store with another library differs from the model.
fn failure_of(library: Library, in_order: bool, step: &BoxedStrategy<Step>) -> String {
    Backend::run_on(&Rc::new(Backend::start(library)));
    failure_among(CASES_OF_BROKEN, &steps(step), |steps| run_case(in_order, &steps))
}

fn run_case(in_order: bool, steps: &[Step]) -> Result<(), TestCaseError> {
    Case::new(in_order).run(steps);
    Ok(())
}

fn steps(step: &BoxedStrategy<Step>) -> impl Strategy<Value = Vec<Step>> + use<> {
    prop::collection::vec(step.clone(), 1..80)
}

/// A library in which some rules say something else.
fn other(rules: &[(&str, &str)]) -> Library {
    let Library { name, mut source, needs } = library_with_manual_clock();
    for (rule, instead) in rules {
        assert_eq!(source.matches(rule).count(), 1, "the library has the rule {rule:?}");
        source = source.replace(rule, instead);
    }
    Library { name, source, needs }
}

/// Something differs from the model after a step, or the audit is the first to see what is wrong.
fn is_found_out(rule: &str, instead: &str) {
    is_found_out_by(&Step::any(), rule, instead);
}

fn is_found_out_by(step: &BoxedStrategy<Step>, rule: &str, instead: &str) {
    let failure = failure_of(other(&[(rule, instead)]), true, step);
    assert!(is_of_a_check(&failure), "{failure}");
}

/// A case made smaller may be told by another check than the first one.
fn is_of_a_check(failure: &str) -> bool {
    ["after ", "a claim of", " findings\n"].iter().any(|word| failure.contains(word))
}

/// What `Status::next` allows from or to the states of tasks that wait for others or for people, and the two ends of a
/// life.
fn arrows_of_those_who_wait() -> BTreeSet<(String, String)> {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let waits = [Status::Blocked, Status::InputRequired];
    let between = Status::ALL.into_iter().flat_map(|from| from.next().iter().map(move |to| (from, *to)));
    let between = between.filter(|(from, to)| waits.contains(from) || waits.contains(to));
    let mut arrows: BTreeSet<_> = between.map(|(from, to)| arrow(from.as_str(), to.as_str())).collect();
    arrows.insert(arrow("new", "blocked"));
    arrows.extend(waits.map(|status| arrow(status.as_str(), "gone")));
    arrows
}

#[test]
fn tasks_stand_as_the_model_after_every_step_and_those_who_wait_walk_along_all_arrows_of_the_table() {
    let mut walked = run(library_with_manual_clock(), CASES, true, &Step::any());
    walked.extend(run(library_with_manual_clock(), CASES_OF_ASKING, true, &Step::asking()));
    let waits = |word: &str| ["blocked", "input_required"].contains(&word);
    walked.retain(|(from, to)| waits(from) || waits(to));
    assert_eq!(walked, arrows_of_those_who_wait());
}

#[test]
fn it_comes_to_the_same_where_one_call_tells_only_few_of_those_who_wait() {
    run(other(&[FEW_STEPS]), CASES, false, &Step::patient());
}

#[test]
fn a_library_that_tells_a_dependent_twice_is_found_out() {
    let rule = "tonumber(s[2]) > 1 then\n      redis.call('HINCRBY', key, 'pd', '-1')";
    is_found_out(rule, &rule.replace("-1", "-2"));
}

#[test]
fn a_library_that_fails_what_was_to_be_cancelled_is_found_out() {
    is_found_out("task.spec.m == 'cancel' and 'cancelled' or 'failed'", "'failed'");
}

#[test]
fn a_library_that_waits_for_what_has_finished_is_found_out() {
    let rule = "if not status then\n        pending";
    is_found_out(rule, &rule.replace("not status", "true"));
}

#[test]
fn a_library_in_which_an_answer_makes_nothing_ready_is_found_out() {
    let rule = "redis.call('HSET', task.key, 'st', 'ready', 'en', int(entry), 'ry', precise(effects.now))\n    \
                moved(effects, task, 'input_required', 'ready')";
    is_found_out(rule, &rule.replace("'st', 'ready', ", ""));
}

#[test]
fn a_library_whose_cascade_leaves_out_grandchildren_is_found_out() {
    is_found_out(
        "== 1 then reply[#reply + 1] = member.id end",
        "== 2 then reply[#reply + 1] = member.id end",
    );
}

#[test]
fn a_library_in_which_a_failure_is_not_carried_on_is_found_out() {
    is_found_out("while ends[at] do", "for _ = 1, 1 do");
}

#[test]
fn a_library_that_forgets_a_task_s_own_time_is_found_out() {
    let rule = "if run_at > effects.now then\n      redis.call('HSET', task.key, 'st', 'scheduled')";
    is_found_out(rule, &rule.replace("run_at > effects.now", "false"));
}

#[test]
fn a_library_that_tells_nobody_of_a_deletion_is_found_out() {
    is_found_out("and not FINISHED[from] and 'deleted' or nil", "and nil");
}

#[test]
fn a_library_that_keeps_tasks_blocked_that_go_on_is_found_out() {
    let rule = "redis.call('ZREM', effects.root .. 'blocked', task.id)";
    is_found_out(rule, "local _ = task");
}

#[test]
fn a_library_that_forgets_whom_it_has_put_off_telling_is_found_out() {
    let rule = "redis.call('ZADD', root .. 'resolving', int(effects.now), name)";
    let failure = failure_of(other(&[FEW_STEPS, (rule, "local _ = name")]), false, &Step::patient());
    assert!(is_of_a_check(&failure), "{failure}");
}

#[test]
fn trees_of_tasks_spend_what_they_may_and_no_more() {
    run(library_with_manual_clock(), CASES, true, &Step::spending());
}

#[test]
fn a_library_that_takes_a_budget_for_passed_when_it_is_reached_is_found_out() {
    is_found_out_by(&Step::spending(), "since_grant > limit then", "since_grant >= limit then");
}

#[test]
fn a_library_that_reports_to_the_parent_alone_is_found_out() {
    let rule = "node.is_new = false\n    end)";
    let broken = rule.replace("end)", "  if node.id ~= task.id then return true end\n    end)");
    is_found_out_by(&Step::spending(), rule, &broken);
}

#[test]
fn a_library_in_which_an_answer_grants_nothing_is_found_out() {
    is_found_out_by(&Step::spending(), "used.grant(effects, budget) end", "local _ = used end");
}

#[test]
fn a_library_that_lists_whoever_has_the_type_whatever_his_tag_is_found_out() {
    is_found_out("(filter.tag == '' or has_tag(spec, filter.tag))", "(filter.tag == '' or has_tag)");
}
