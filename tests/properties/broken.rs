//! Libraries in which one rule is broken.

use std::rc::Rc;

use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use waggle_core::Library;
use waggle_task_queue::library_with_manual_clock;

use crate::run::Cases;
use crate::store::Backend;

/// Until one of so many cases fails.
const CASES: Cases = Cases { cases: 400, length: 20..80, shrinks: 20 };

/// How a store whose library says something else than it should differs from the model, or from what the audit demands.
///
/// # Panics
/// When the library does not have exactly one of each rule, or when nobody notices that they are broken.
pub(crate) fn failure_of<T>(rules: &[(&str, &str)]) -> String
where
    T: StateMachineTest<SystemUnderTest = T>,
    <T::Reference as ReferenceStateMachine>::Transition: 'static,
{
    let Library { name, mut source, needs } = library_with_manual_clock();
    for (rule, broken) in rules {
        assert_eq!(source.matches(rule).count(), 1, "the library has the rule {rule:?}");
        source = source.replace(rule, broken);
    }
    CASES
        .run::<T>(&Rc::new(Backend::start(Library { name, source, needs })))
        .expect_err("the broken rule is noticed")
}
