//! The check itself is checked: libraries in which one rule is broken must be found out.

use std::rc::Rc;

use waggle_core::Library;
use waggle_task_queue::library_with_manual_clock;

use crate::run::Cases;
use crate::store::Backend;

/// The rule by which a call under a lease is let through, which stands first in the library, and another time where a
/// claim id is remembered.
const HELD: &str = "s[1] == 'running' and s[2] == token and now < tonumber(s[3])";
/// Until one of so many cases fails.
const CASES: Cases = Cases { cases: 400, length: 20..80, shrinks: 20 };

#[test]
fn a_library_that_accepts_old_lease_tokens_is_found_out() {
    let failure = failure_of(
        "s[1] == 'running' and s[2] == token and now < tonumber(s[3])",
        "s[1] == 'running' and now < tonumber(s[3])",
    );
    assert!(failure.contains("the answer to"), "{failure}");
}

#[test]
fn a_library_in_which_a_lease_lasts_a_millisecond_too_long_is_found_out() {
    let failure = failure_of(HELD, &HELD.replace('<', "<="));
    assert!(failure.contains("the answer to"), "{failure}");
}

#[test]
fn a_library_that_puts_released_tasks_at_the_end_is_found_out() {
    let front = "push_ready(root, ready_list(root, spec), { element_of(task.id, entry) }, true)";
    let failure = failure_of(front, &front.replace("true", "false"));
    assert!(is_of_a_claim(&failure), "{failure}");
}

#[test]
fn a_library_in_which_every_seventeenth_task_is_the_oldest_is_found_out() {
    let failure = failure_of("local STARVATION_PERIOD = 16\n", "local STARVATION_PERIOD = 17\n");
    assert!(is_of_a_claim(&failure), "{failure}");
}

#[test]
fn a_library_that_gives_a_claim_that_is_asked_twice_at_once_two_sets_of_tasks_is_found_out() {
    let failure = failure_of("if first then", "if false then");
    assert!(failure.contains("the answer to Together"), "{failure}");
}

/// Claims alone show the order of tasks.
fn is_of_a_claim(failure: &str) -> bool {
    ["Claim", "Together"].iter().any(|call| failure.contains(&format!("the answer to {call}")))
        || failure.contains("the answer to Settle") && failure.contains("claim: Some")
}

/// How the store with the broken library differs from the model.
fn failure_of(rule: &str, broken: &str) -> String {
    let Library { name, source } = library_with_manual_clock();
    assert_eq!(
        source.matches(rule).count(),
        if rule.contains("token") { 2 } else { 1 },
        "the rule to be broken is there"
    );
    let library = Library { name, source: source.replacen(rule, broken, 1) };
    CASES.run(&Rc::new(Backend::start(library))).expect_err("the broken rule is noticed")
}
