//! The checker is checked: histories that cannot be true are found out, each by its invariant.

use std::time::Duration;

use serde_json::{Value, json};
use waggle_tests::history::{Event, Op, Outcome, Verdict};

/// An operation at a time, in tenths of a second; each takes a half of that.
fn event(op: Op, at: u64, task: &str) -> Event {
    let invoked = Duration::from_millis(at * 100);
    let mut event = Event::new(1, op, invoked);
    event.task = task.to_owned();
    event.outcome = Outcome::Ok;
    event.returned = Some(invoked + Duration::from_millis(50));
    event
}

fn submit(at: u64, task: &str) -> Event {
    Event { key: format!("m-{task}"), ..event(Op::Submit, at, task) }
}

fn under(op: Op, at: u64, task: &str, fence: u64) -> Event {
    let key = format!("claim{fence}");
    Event { fence, token: format!("{fence}-x"), key, ..event(op, at, task) }
}

fn complete(at: u64, task: &str, fence: u64) -> Event {
    Event { status: "completed".to_owned(), ..under(Op::Complete, at, task, fence) }
}

fn unknown(mut event: Event) -> Event {
    event.outcome = Outcome::Unknown;
    event.returned = None;
    event
}

fn standing(id: &str, status: &str, by: &str) -> Value {
    json!({"id": id, "payload": format!("m-{id}"), "status": status, "result": {"by": by}, "attempt": 3, "max_attempts": 3})
}

fn invariants(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let verdict = Verdict::over(events, tasks);
    let mut found: Vec<_> =
        verdict.findings().iter().map(|f| f.invariant.split(' ').next().unwrap().to_owned()).collect();
    found.dedup();
    found
}

#[test]
fn an_ordinary_life_holds() {
    let events = [
        submit(0, "t"),
        under(Op::Claim, 1, "t", 1),
        under(Op::Release, 2, "t", 1),
        under(Op::Claim, 3, "t", 2),
        complete(4, "t", 2),
    ];
    assert!(invariants(&events, &[standing("t", "completed", "2-x")]).is_empty());
}

#[test]
fn an_unknown_submit_may_have_been_applied_or_not() {
    let lost = [unknown(submit(0, "t"))];
    assert!(invariants(&lost, &[]).is_empty());
    assert!(invariants(&lost, &[standing("t", "completed", "1-x")]).is_empty());
}

#[test]
fn an_unknown_completion_may_have_been_applied_or_not() {
    let events =
        |second: Event| [submit(0, "t"), under(Op::Claim, 1, "t", 1), unknown(complete(2, "t", 1)), second];
    let replayed = Event { replayed: true, ..complete(3, "t", 1) };
    assert!(invariants(&events(replayed), &[standing("t", "completed", "1-x")]).is_empty());
    assert!(invariants(&events(complete(3, "t", 1)), &[standing("t", "completed", "1-x")]).is_empty());
}

#[test]
fn a_replayed_claim_is_no_second_one() {
    let events =
        [submit(0, "t"), under(Op::Claim, 1, "t", 1), under(Op::Claim, 2, "t", 1), complete(3, "t", 1)];
    assert!(invariants(&events, &[standing("t", "completed", "1-x")]).is_empty());
}

#[test]
fn a_lost_task_is_found() {
    assert_eq!(invariants(&[submit(0, "t")], &[]), ["I1"]);
}

#[test]
fn a_phantom_is_found() {
    assert_eq!(invariants(&[], &[standing("t", "completed", "")]), ["I2"]);
    let rejected = Event { outcome: Outcome::Rejected, ..submit(0, "t") };
    assert_eq!(invariants(&[rejected], &[standing("t", "completed", "")]), ["I2"]);
}

#[test]
fn one_key_that_became_two_tasks_is_found() {
    let second = Event { key: "m-a".to_owned(), ..submit(1, "b") };
    let mut twin = standing("b", "completed", "");
    twin["payload"] = json!("m-a");
    assert_eq!(invariants(&[submit(0, "a"), second], &[standing("a", "completed", ""), twin]), ["I2"]);
}

#[test]
fn two_completions_of_one_task_are_found() {
    let life = [submit(0, "t"), under(Op::Claim, 1, "t", 1), under(Op::Claim, 1, "t", 2)];
    let twice = [&life[..], &[complete(2, "t", 1), complete(2, "t", 2)]].concat();
    assert_eq!(invariants(&twice, &[standing("t", "completed", "2-x")]), ["I3", "I5"]);
    let both_first = [&life[..1], &[complete(2, "t", 1), complete(3, "t", 1)]].concat();
    assert_eq!(invariants(&both_first, &[standing("t", "completed", "1-x")]), ["I3"]);
}

#[test]
fn a_result_of_somebody_else_and_a_completion_that_vanished_are_found() {
    let life = [submit(0, "t"), under(Op::Claim, 1, "t", 1), complete(2, "t", 1)];
    assert_eq!(invariants(&life, &[standing("t", "completed", "9-x")]), ["I3"]);
    assert_eq!(invariants(&life, &[standing("t", "cancelled", "")]), ["I3", "I9"]);
}

#[test]
fn a_fence_that_falls_or_comes_twice_is_found() {
    let falling = [submit(0, "t"), under(Op::Claim, 1, "t", 5), under(Op::Claim, 2, "t", 4)];
    assert_eq!(invariants(&falling, &[standing("t", "completed", "")]), ["I4"]);
    let other = Event { key: "another claim".to_owned(), ..under(Op::Claim, 2, "t", 5) };
    let twice = [submit(0, "t"), under(Op::Claim, 1, "t", 5), other];
    assert_eq!(invariants(&twice, &[standing("t", "completed", "")]), ["I4"]);
}

#[test]
fn whoever_works_under_an_old_fence_is_found() {
    for op in [Op::Complete, Op::Fail, Op::Release, Op::Heartbeat] {
        let events =
            [submit(0, "t"), under(Op::Claim, 1, "t", 1), under(Op::Claim, 2, "t", 2), under(op, 3, "t", 1)];
        assert_eq!(invariants(&events, &[standing("t", "completed", "1-x")]), ["I5"], "{op:?}");
    }
}

#[test]
fn too_many_attempts_and_a_failure_too_early_are_found() {
    let mut task = standing("t", "completed", "");
    task["attempt"] = json!(4);
    assert_eq!(invariants(&[submit(0, "t")], &[task]), ["I6"]);
    let mut task = standing("t", "failed", "");
    task["attempt"] = json!(2);
    assert_eq!(invariants(&[submit(0, "t")], &[task]), ["I6"]);
}

#[test]
fn what_is_stuck_and_what_is_not_where_it_was_said_to_be_is_found() {
    assert_eq!(invariants(&[submit(0, "t")], &[standing("t", "running", "")]), ["I7"]);
    let failed = Event { status: "failed".to_owned(), ..under(Op::Fail, 2, "t", 1) };
    let events = [submit(0, "t"), under(Op::Claim, 1, "t", 1), failed];
    assert_eq!(invariants(&events, &[standing("t", "completed", "")]), ["I9"]);
}

/// An attempt that began at a time of the server's clock, in milliseconds, and holds so many tenths of a second.
fn began(at: u64, task: &str, fence: u64, started_at: i64, held: u64) -> Event {
    let held_until = Some(Duration::from_millis((at + held) * 100));
    let agent = "a".to_owned();
    Event { agent, started_at: Some(started_at), held_until, ..under(Op::Claim, at, task, fence) }
}

fn with(mut task: Value, fields: &Value) -> Value {
    task.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    task
}

/// A task that ended a second after the epoch, and one that depends on it.
fn chain(first: &str, policy: &str, second: &str, gave_up: bool) -> [Value; 2] {
    let ended = with(standing("t", first, ""), &json!({"finished_at": "1970-01-01T00:00:01.000Z"}));
    let next = json!({
        "depends_on": ["t"], "metadata": {"policy": policy},
        "error": if gave_up { json!({"kind": "dependency_failed"}) } else { Value::Null },
    });
    [ended, with(standing("u", second, ""), &next)]
}

#[test]
fn who_begins_before_what_he_depends_on_has_ended_is_found() {
    let events = |started_at| [submit(0, "t"), submit(0, "u"), began(1, "u", 1, started_at, 10)];
    let done = chain("completed", "fail", "completed", false);
    assert!(invariants(&events(1_000), &done).is_empty());
    assert_eq!(invariants(&events(999), &done), ["F1"]);
    let mut unfinished = done;
    unfinished[0]["finished_at"] = Value::Null;
    assert_eq!(invariants(&events(1_000), &unfinished), ["F1"]);
}

#[test]
fn who_begins_after_a_loss_and_who_gives_up_without_one_is_found() {
    let submits = [submit(0, "t"), submit(0, "u")];
    let claimed = [&submits[..], &[began(1, "u", 1, 1_000, 10)]].concat();
    assert_eq!(invariants(&claimed, &chain("cancelled", "cancel", "completed", false)), ["F1"]);
    assert!(invariants(&claimed, &chain("cancelled", "run", "completed", false)).is_empty());
    assert!(invariants(&submits, &chain("cancelled", "fail", "failed", true)).is_empty());
    assert_eq!(invariants(&submits, &chain("completed", "fail", "failed", true)), ["F1"]);
    assert_eq!(invariants(&submits, &chain("cancelled", "run", "failed", true)), ["F1"]);
}

#[test]
fn more_of_a_key_than_its_limit_is_found() {
    let of_key = |id| {
        let key = json!({"queue": "q", "concurrency_key": "k", "metadata": {"per_key": 1}});
        with(standing(id, "cancelled", ""), &key)
    };
    let tasks = [of_key("t"), of_key("u")];
    let events = |end: Event, second: u64| {
        [submit(0, "t"), submit(0, "u"), began(1, "t", 1, 0, 9), end, began(second, "u", 1, 0, 9)]
    };
    let release = |at| under(Op::Release, at, "t", 1);
    assert!(invariants(&events(release(2), 3), &tasks).is_empty());
    assert_eq!(invariants(&events(release(4), 3), &tasks), ["F2"]);
    let refused = Event { outcome: Outcome::Rejected, ..release(2) };
    assert_eq!(invariants(&events(refused.clone(), 3), &tasks), ["F2"], "it is still held");
    assert!(invariants(&events(unknown(release(2)), 3), &tasks).is_empty(), "nobody knows");
    assert!(invariants(&events(refused, 10), &tasks).is_empty(), "its lease may have ended");
}

#[test]
fn who_gets_what_is_for_another_is_found() {
    let events = [submit(0, "t"), began(1, "t", 1, 0, 9)];
    let pinned = |agent| with(standing("t", "cancelled", ""), &json!({"metadata": {"pinned": agent}}));
    assert!(invariants(&events, &[pinned("a")]).is_empty());
    assert_eq!(invariants(&events, &[pinned("b")]), ["F3"]);
}
