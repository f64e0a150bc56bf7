//! Agents do what the model says, and who breaks a rule is found out.

use std::rc::Rc;

use waggle_task_queue::library_with_manual_clock;

use super::Case;
use crate::broken::failure_of;
use crate::run::{Cases, SHRINKS};
use crate::store::Backend;

#[test]
fn agents_and_their_tasks_stand_as_the_model_after_every_call() {
    let backend = Rc::new(Backend::start(library_with_manual_clock()));
    let short = Cases { cases: 64, length: 1..80, shrinks: SHRINKS };
    let long = Cases { cases: 2, length: 300..400, shrinks: SHRINKS };
    for cases in [short, long] {
        cases.run::<Case>(&backend).unwrap_or_else(|failure| panic!("{failure}"));
    }
}

#[test]
fn a_library_that_ignores_capacity_is_found_out() {
    let failure = failure_of::<Case>(&[("claimer.want = math.min(claimer.want, seat.room)", "")]);
    assert!(failure.contains("the answer to Claim"), "{failure}");
}

#[test]
fn a_library_that_forgets_what_agents_hold_is_found_out() {
    let failure = failure_of::<Case>(&[("if #seat.holds > 0 then", "if false then")]);
    assert!(failure.contains("agent "), "{failure}");
}

#[test]
fn a_library_in_which_a_presence_is_a_millisecond_too_short_is_found_out() {
    let rule = "tonumber(expires) <= now";
    let failure = failure_of::<Case>(&[(rule, &rule.replace("<= now", "<= now + 1"))]);
    assert!(failure.contains("agent "), "{failure}");
}

#[test]
fn a_library_that_keeps_tasks_for_the_lost_is_found_out() {
    let rule = "if agent and is_lost(root, agent) then";
    let failure = failure_of::<Case>(&[(rule, "if false then")]);
    // By a claim that should have got it, or by nobody looking after what is pinned to who is gone.
    assert!(failure.contains("the answer to Claim") || failure.contains("agents: "), "{failure}");
}

#[test]
fn a_library_that_does_not_note_that_a_task_is_everybodys_is_found_out() {
    let adopted = "redis.call('HSET', key_of.state(root, id), 'un', '1')";
    let entered = "redis.call('HSET', key_of.state(root, task.id), 'un', pin)";
    let failure = failure_of::<Case>(&[(adopted, ""), (entered, "")]);
    assert!(failure.contains("the answer to") || failure.contains("wrong_index: "), "{failure}");
}

#[test]
fn a_library_that_leaves_the_tasks_of_a_deleted_agent_running_is_found_out() {
    let failure =
        failure_of::<Case>(&[("string.match(release(root, effects, task, 0, now), '^ok (%l+)')", "'ready'")]);
    assert!(failure.contains("task "), "{failure}");
}
