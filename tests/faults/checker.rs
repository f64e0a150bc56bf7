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

/// All but the search for an order, which needs whole histories: it has tests of its own below.
fn invariants(events: &[Event], tasks: &[Value]) -> Vec<String> {
    judged(events, tasks).into_iter().filter(|invariant| invariant != "L1").collect()
}

fn judged(events: &[Event], tasks: &[Value]) -> Vec<String> {
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

#[test]
fn claims_that_race_have_winners_and_a_call_without_an_answer_may_go_either_way() {
    let lost = unknown(under(Op::Complete, 2, "t", 1));
    let claims = [submit(0, "t"), began(1, "t", 1, 0, 4), lost];
    assert!(judged(&claims, &[standing("t", "completed", "1-x")]).is_empty(), "it was applied");
    let again = [&claims[..], &[began(6, "t", 2, 0, 9), complete(7, "t", 2)]].concat();
    assert!(judged(&again, &[standing("t", "completed", "2-x")]).is_empty(), "it was not");
}

#[test]
fn a_claim_after_an_acknowledged_completion_is_found() {
    let events = [submit(0, "t"), began(1, "t", 1, 0, 2), complete(2, "t", 1), began(9, "t", 2, 0, 9)];
    assert_eq!(judged(&events, &[standing("t", "completed", "1-x")]), ["L1"]);
}

#[test]
fn a_task_that_is_leased_while_another_lease_of_it_holds_is_found() {
    let events =
        |second| [submit(0, "t"), began(1, "t", 1, 0, 20), began(second, "t", 2, 0, 9), complete(40, "t", 2)];
    let done = [standing("t", "completed", "2-x")];
    assert_eq!(judged(&events(5), &done), ["L1"]);
    assert!(judged(&events(30), &done).is_empty(), "the first lease may have ended");
    let kept = Event { held_until: Some(Duration::from_millis(3_500)), ..under(Op::Heartbeat, 2, "t", 1) };
    let kept = [&events(30)[..], &[kept]].concat();
    assert_eq!(judged(&kept, &done), ["L1"], "the heartbeat kept the first one alive");
}

#[test]
fn an_end_under_a_lease_that_was_given_back_is_found() {
    let events = [submit(0, "t"), began(1, "t", 1, 0, 9), under(Op::Release, 2, "t", 1), complete(3, "t", 1)];
    assert_eq!(judged(&events, &[standing("t", "completed", "1-x")]), ["L1"]);
}

#[test]
fn an_end_that_stood_already_although_nobody_had_asked_for_it_is_found() {
    let again = Event { replayed: true, ..complete(2, "t", 1) };
    let events = |first| [submit(0, "t"), began(1, "t", 1, 0, 9), first, again.clone()];
    let done = [standing("t", "completed", "1-x")];
    assert!(judged(&events(unknown(complete(1, "t", 1))), &done).is_empty());
    let refused = Event { outcome: Outcome::Rejected, ..complete(1, "t", 1) };
    assert_eq!(judged(&events(refused), &done), ["L1"]);
}

#[test]
fn a_completion_of_nobody_is_found() {
    let events = [submit(0, "t"), began(1, "t", 1, 0, 9)];
    assert_eq!(judged(&events, &[standing("t", "completed", "")]), ["L1"]);
}

#[test]
fn a_task_that_a_person_is_asked_about_is_nobodys() {
    let asked = [submit(0, "t"), began(1, "t", 1, 0, 90), under(Op::Ask, 2, "t", 1)];
    let rest = [began(5, "t", 2, 0, 9), complete(6, "t", 2)];
    let done = [standing("t", "completed", "2-x")];
    assert_eq!(judged(&[&asked[..], &rest].concat(), &done), ["L1"]);
    let answered = [&asked[..], &[event(Op::Answer, 3, "t")], &rest].concat();
    assert!(judged(&answered, &done).is_empty());
}

fn sent(at: u64, body: &str, to: &str) -> Event {
    Event { key: body.to_owned(), agent: to.to_owned(), ..event(Op::Send, at, "") }
}

fn received(at: u64, body: &str, by: &str, seq: u64) -> Event {
    Event { key: body.to_owned(), agent: by.to_owned(), fence: seq, ..event(Op::Receive, at, "") }
}

#[test]
fn messages_that_are_lost_doubled_astray_or_out_of_order_are_found() {
    let sends = [sent(0, "s/1", "a"), sent(1, "s/2", "a")];
    let judge = |received: &[Event]| invariants(&[&sends[..], received].concat(), &[]);
    let [first, second] = [received(3, "s/1", "a", 1), received(3, "s/2", "a", 2)];
    assert!(judge(&[first.clone(), second.clone(), first.clone()]).is_empty(), "reading takes nothing out");
    assert_eq!(judge(std::slice::from_ref(&second)), ["I8"], "lost");
    assert_eq!(judge(&[first.clone(), second.clone(), received(4, "s/1", "a", 3)]), ["I8"], "twice");
    assert_eq!(judge(&[first, second, received(4, "s/1", "b", 1)]), ["I8"], "astray");
    assert_eq!(judge(&[received(3, "s/1", "a", 2), received(3, "s/2", "a", 1)]), ["I8"], "out of order");
}

#[test]
fn events_without_their_cause_are_found() {
    let events = [submit(0, "t"), began(1, "t", 1, 0, 9), complete(2, "t", 1)];
    let told = |kinds: &[&str]| {
        let trail: Vec<_> = kinds.iter().map(|kind| json!({"kind": format!("task.{kind}")})).collect();
        invariants(&events, &[with(standing("t", "completed", "1-x"), &json!({"trail": trail}))])
    };
    assert!(told(&["submitted", "claimed", "completed"]).is_empty());
    assert_eq!(told(&["submitted", "claimed", "completed", "completed"]), ["E1"]);
    assert_eq!(told(&["submitted", "completed"]), ["E1"]);
    assert_eq!(told(&["claimed", "completed"]), ["E1"]);
}

#[test]
fn a_history_that_was_not_searched_for_an_order_is_found() {
    let calls = |many: u64| {
        let lost = (1..=many).map(|n| unknown(complete(n, "t", n)));
        let events: Vec<_> = std::iter::once(submit(0, "t")).chain(lost).collect();
        judged(&events, &[standing("t", "completed", "1-x")])
    };
    assert!(!calls(7).contains(&"L0".to_owned()));
    assert!(calls(8).contains(&"L0".to_owned()));
}

#[test]
fn what_was_said_to_be_certainly_not_applied_and_was_is_found() {
    let again = |event: Event| Event { replayed: true, ..event };
    let refused = |event: Event| Event { outcome: Outcome::Rejected, ..event };
    let there = [standing("t", "completed", "1-x")];
    assert_eq!(invariants(&[refused(submit(0, "t")), again(submit(1, "t"))], &there), ["I2"]);
    assert!(invariants(&[unknown(submit(0, "t")), again(submit(1, "t"))], &there).is_empty());
    let send = |at| Event { key: "s/1".to_owned(), agent: "r".to_owned(), ..event(Op::Send, at, "") };
    let came = Event { key: "s/1".to_owned(), agent: "r".to_owned(), fence: 1, ..event(Op::Receive, 5, "") };
    assert_eq!(invariants(&[refused(send(0)), again(send(1)), came.clone()], &[]), ["I8"]);
    assert!(invariants(&[unknown(send(0)), again(send(1)), came], &[]).is_empty());
}
