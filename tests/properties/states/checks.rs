//! The state does what the model says, and who breaks a rule is found out.

use std::rc::Rc;

use waggle_task_queue::library_with_manual_clock;

use super::Case;
use crate::broken::failure_of;
use crate::run::{Cases, SHRINKS};
use crate::store::Backend;

#[test]
fn the_state_stands_as_the_model_after_every_call() {
    let backend = Rc::new(Backend::start(library_with_manual_clock()));
    let cases = Cases { cases: 64, length: 1..60, shrinks: SHRINKS };
    cases.run::<Case>(&backend).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_library_that_compares_no_versions_is_found_out() {
    let rule = "(match == '' or is_named(match))";
    let failure = failure_of::<Case>(&[(rule, &rule.replace("is_named(match)", "entry.live"))]);
    assert!(failure.contains("the answer to"), "{failure}");
}

#[test]
fn a_library_that_shows_what_has_expired_is_found_out() {
    let rule = "live = expires == 0 or now < expires";
    let failure = failure_of::<Case>(&[(rule, &rule.replace("now < expires", "now <= expires"))]);
    assert!(failure.contains("expire") || failure.contains("key") || failure.contains("answer"), "{failure}");
}

#[test]
fn a_library_that_forgets_deletions_is_found_out() {
    let rule = "redis.call('ZADD', root .. 'deleted', version, key)";
    let failure = failure_of::<Case>(&[(rule, "redis.call('ZREM', root .. 'deleted', key)")]);
    assert!(failure.contains("deleted"), "{failure}");
}

#[test]
fn a_library_in_which_a_change_leaves_the_old_expiry_is_found_out() {
    let rule = "redis.call('ZREM', root .. 'expiring', key)\n    end\n    plan.stored";
    let failure = failure_of::<Case>(&[(rule, "local _ = had\n    end\n    plan.stored")]);
    assert!(failure.contains("Swept") || failure.contains("state: "), "{failure}");
}
