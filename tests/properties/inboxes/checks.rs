//! Inboxes do what the model says, and who breaks a rule is found out.

use std::rc::Rc;

use waggle_task_queue::library_with_manual_clock;

use super::Case;
use crate::broken::failure_of;
use crate::run::{Cases, SHRINKS};
use crate::store::Backend;

#[test]
fn inboxes_stand_as_the_model_after_every_call() {
    let backend = Rc::new(Backend::start(library_with_manual_clock()));
    let cases = Cases { cases: 64, length: 1..80, shrinks: SHRINKS };
    cases.run::<Case>(&backend).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_library_whose_inboxes_take_one_message_too_many_is_found_out() {
    let rule = "if redis.call('ZCARD', key_of.inbox(root, agent)) < most then return true end";
    let failure = failure_of::<Case>(&[(rule, &rule.replace('<', "<="))]);
    assert!(failure.contains("the answer to Send"), "{failure}");
}

#[test]
fn a_library_in_which_numbers_do_not_rise_is_found_out() {
    let failure = failure_of::<Case>(&[("'sq', '1')", "'sq', '0')")]);
    assert!(failure.contains("the inbox of"), "{failure}");
}

#[test]
fn a_library_that_shows_what_has_expired_is_found_out() {
    let rule = "tonumber(string.match(text, '^%d+ (%d+)')) <= now";
    let failure = failure_of::<Case>(&[(rule, &rule.replace("<=", "<"))]);
    assert!(failure.contains("the inbox of") || failure.contains("the answer to Read"), "{failure}");
}

#[test]
fn a_library_that_sends_to_the_sender_is_found_out() {
    let failure = failure_of::<Case>(&[("if agent ~= message.from then", "if true then")]);
    assert!(failure.contains("the answer to Send"), "{failure}");
}

#[test]
fn a_library_that_never_counts_down_who_shares_a_message_is_found_out_by_the_audit() {
    let failure = failure_of::<Case>(&[("'DECR', key_of.sharers", "'INCR', key_of.sharers")]);
    assert!(failure.contains("shares: ") || failure.contains("orphan: "), "{failure}");
}

#[test]
fn a_library_that_leaves_the_expiry_of_what_was_acknowledged_is_found_out_by_the_audit() {
    let rule = "redis.call('ZREM', root .. 'mail', unpack(mail))\n  if #gone";
    let failure = failure_of::<Case>(&[(rule, "if #gone")]);
    assert!(failure.contains("mail: ") || failure.contains("the answer to Tend"), "{failure}");
}
