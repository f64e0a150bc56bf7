//! The check itself is checked: libraries in which one rule is broken must be found out.

use crate::broken::failure_of;
use crate::store::Case;

/// The rule by which a call under a lease is refused.
const REFUSED: &str = "if s[1] ~= 'running' or s[2] ~= token or now >= tonumber(s[3]) then";

#[test]
fn a_library_that_accepts_old_lease_tokens_is_found_out() {
    let failure = failure_of::<Case>(&[(REFUSED, &REFUSED.replace("s[2] ~= token or ", ""))]);
    assert!(failure.contains("the answer to"), "{failure}");
}

#[test]
fn a_library_in_which_a_lease_lasts_a_millisecond_too_long_is_found_out() {
    let failure = failure_of::<Case>(&[(REFUSED, &REFUSED.replace(">=", ">"))]);
    assert!(failure.contains("the answer to"), "{failure}");
}

#[test]
fn a_library_that_puts_released_tasks_at_the_end_is_found_out() {
    let front = "enter_ready(effects, task, spec, entry, true)";
    let failure = failure_of::<Case>(&[(front, &front.replace("true", "false"))]);
    assert!(is_of_a_claim(&failure), "{failure}");
}

#[test]
fn a_library_in_which_every_seventeenth_task_is_the_oldest_is_found_out() {
    let rules = ["% 16, nil", "% 16 ==", "== 16 - 1 then", "== 16 - 1\n", "16 - 1 - place"];
    let broken = rules.map(|rule| rule.replace("16", "17"));
    let rules: Vec<_> = rules.into_iter().zip(broken.iter().map(String::as_str)).collect();
    let failure = failure_of::<Case>(&rules);
    assert!(is_of_a_claim(&failure), "{failure}");
}

#[test]
fn a_library_that_gives_a_claim_that_is_asked_twice_at_once_two_sets_of_tasks_is_found_out() {
    let failure = failure_of::<Case>(&[("if first then", "if false then")]);
    assert!(failure.contains("the answer to Together"), "{failure}");
}

/// Claims alone show the order of tasks.
fn is_of_a_claim(failure: &str) -> bool {
    ["Claim", "Together"].iter().any(|call| failure.contains(&format!("the answer to {call}")))
        || failure.contains("the answer to Settle") && failure.contains("claim: Some")
}
