//! The queue keeps its limits, and who breaks one is found out.

use std::rc::Rc;

use proptest::prelude::*;
use waggle_core::Library;
use waggle_task_queue::library_with_manual_clock;

use super::{Case, Step};
use crate::run::for_any;
use crate::store::Backend;

const CASES: u32 = 64;
/// One that breaks a rule is found out long before that many.
const CASES_OF_BROKEN: u32 = 2_000;

fn run(library: Library, cases: u32, step: impl Strategy<Value = Step>) {
    let backend = Rc::new(Backend::start(library));
    Backend::run_on(&backend);
    for_any(cases, &prop::collection::vec(step, 1..80), |steps| {
        Case::new().run(&steps);
        Ok(())
    });
}

/// A library in which a rule says something else.
fn broken(rule: &str, instead: &str) -> Library {
    let Library { name, source, needs } = library_with_manual_clock();
    assert_eq!(source.matches(rule).count(), 1, "the library has the rule {rule:?}");
    Library { name, source: source.replace(rule, instead), needs }
}

#[test]
fn no_limit_is_passed_nothing_that_could_go_waits_and_no_key_is_left_out() {
    run(library_with_manual_clock(), CASES, Step::any());
}

#[test]
fn keys_take_turns() {
    run(library_with_manual_clock(), CASES, Step::of_turns());
}

#[test]
#[should_panic(expected = "a claim of")]
fn a_library_that_hands_out_one_task_too_many_is_found_out() {
    run(
        broken("most = rules.c - running_in", "most = rules.c + 1 - running_in"),
        CASES_OF_BROKEN,
        Step::any(),
    );
}

#[test]
#[should_panic(expected = "Test failed")]
fn a_library_that_takes_one_slot_too_many_is_found_out() {
    run(
        broken(
            "if not limit or running <= limit then return true end",
            "if not limit or running <= limit + 1 then return true end",
        ),
        CASES_OF_BROKEN,
        Step::any(),
    );
}

#[test]
#[should_panic(expected = "Test failed")]
fn a_library_that_does_not_let_the_next_one_of_a_key_go_on_is_found_out() {
    run(
        broken(
            "redis.call('HDEL', counts, key) end\n  slots.unpark(effects, queue, key, running)",
            "redis.call('HDEL', counts, key) end",
        ),
        CASES_OF_BROKEN,
        Step::any(),
    );
}

#[test]
#[should_panic(expected = "a claim of")]
fn a_library_whose_rate_lets_one_more_go_is_found_out() {
    run(
        broken("math.floor(room * tasks / per + 1e-6)", "math.floor(room * tasks / per + 1)"),
        CASES_OF_BROKEN,
        Step::any(),
    );
}

#[test]
#[should_panic(expected = "waits while")]
fn a_library_in_which_a_key_does_not_wait_for_its_turn_is_found_out() {
    run(broken("if front or there == 0 then\n", "if true then\n"), CASES_OF_BROKEN, Step::of_turns());
}
