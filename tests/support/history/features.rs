//! What must be true of tasks that wait for others, share a key or are for one agent.
//!
//! The metadata of a task says what the list of tasks does not: `policy` (`on_dependency_failure`), `per_key` (how many of
//! its key may run at once), `pinned` (its only agent), `timeout_ms`.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use waggle_task_queue::model::Stamp;

use super::invariants::{FINISHED, claims_by_task, text};
use super::{Event, Op, Outcome};

/// From when until when, its end left out.
type Span = (Duration, Duration);

/// No attempt begins before everything that the task depends on has ended, nor at all after one that it cannot do
/// without has failed; and it fails for that reason only where there is one. Both times are of the server's clock.
pub(super) fn dependencies_first(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let there: HashMap<_, _> = tasks.iter().map(|task| (text(task, "id"), task)).collect();
    let claims = claims_by_task(events);
    for task in tasks {
        let (id, policy) = (text(task, "id"), task["metadata"]["policy"].as_str().unwrap_or("fail"));
        let on: Vec<_> =
            task["depends_on"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let lost = on.iter().find(|on| there.get(*on).is_some_and(|task| is_lost(task)));
        let gave_up = task["error"]["kind"] == "dependency_failed";
        if gave_up && (policy == "run" || lost.is_none()) {
            found.push(format!("task {id} gave up, and nothing that it depends on is lost"));
        }
        for claim in claims.get(id).into_iter().flatten() {
            if let Some(lost) = lost.filter(|_| policy != "run") {
                found.push(format!("task {id} was claimed by {}, and {lost} is lost", claim.agent));
            }
            for on in &on {
                let ended = there.get(on).and_then(|on| stamp(&on["finished_at"])).map(|Stamp(ms)| ms);
                let started = claim.started_at;
                if started.is_some() && ended.is_none_or(|ended| Some(ended) > started) {
                    found.push(format!("task {id} began at {started:?}, {on} had ended at {ended:?}"));
                }
            }
        }
    }
    found
}

/// At no instant more tasks of one key are held for certain than may be: each from the answer of its claim until the
/// first call that may have ended its lease, or until the lease could have ended by itself.
pub(super) fn keys_within_limits(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let mut keys: HashMap<(&str, &str), (u64, Vec<Span>)> = HashMap::new();
    let claims = claims_by_task(events);
    for task in tasks {
        let Some(limit) = task["metadata"]["per_key"].as_u64() else { continue };
        let Some(key) = task["concurrency_key"].as_str() else { continue };
        let (_, spans) = keys.entry((text(task, "queue"), key)).or_insert_with(|| (limit, Vec::new()));
        for claim in claims.get(text(task, "id")).into_iter().flatten() {
            spans.extend(held_for_certain(events, claim, task));
        }
    }
    let mut found = Vec::new();
    for ((queue, key), (limit, spans)) in keys {
        let at_once =
            |(from, _): &Span| spans.iter().filter(|(start, end)| start <= from && from < end).count() as u64;
        let most = spans.iter().map(at_once).max().unwrap_or(0);
        if most > limit {
            found.push(format!("{most} of key {key} in {queue} were held at once, {limit} may be"));
        }
    }
    found
}

/// No agent gets what is for another one; all of them are there all the time.
pub(super) fn pins(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let claims = claims_by_task(events);
    let pinned =
        tasks.iter().filter_map(|task| Some((text(task, "id"), task["metadata"]["pinned"].as_str()?)));
    pinned
        .flat_map(|(id, agent)| claims.get(id).into_iter().flatten().map(move |claim| (id, agent, claim)))
        .filter(|(_, agent, claim)| claim.agent != *agent)
        .map(|(id, agent, claim)| format!("task {id} is for {agent}, and {} got it", claim.agent))
        .collect()
}

fn held_for_certain(events: &[Event], claim: &Event, task: &Value) -> Option<Span> {
    let ends = |event: &&Event| {
        event.task == claim.task
            && event.token == claim.token
            && event.outcome != Outcome::Rejected
            && matches!(event.op, Op::Complete | Op::Fail | Op::Release | Op::Ask)
    };
    let said = events.iter().filter(ends).map(|event| event.invoked).min();
    let (from, by_itself) = (claim.returned?, claim.held_until?);
    let until = [said, missed_deadline(claim, task)].into_iter().flatten().fold(by_itself, Duration::min);
    (from < until).then_some((from, until))
}

/// When a claim of a task that failed at its deadline was over at the earliest: a clock that is set forward gets there
/// before the lease that was granted.
fn missed_deadline(claim: &Event, task: &Value) -> Option<Duration> {
    (task["error"]["kind"] == "deadline").then_some(())?;
    let (started, Stamp(finished)) = (claim.started_at?, stamp(&task["finished_at"])?);
    Some(claim.invoked + Duration::from_millis(u64::try_from(finished - started).ok()?))
}

fn is_lost(task: &Value) -> bool {
    let status = text(task, "status");
    FINISHED.contains(&status) && status != "completed"
}

fn stamp(value: &Value) -> Option<Stamp> {
    serde_json::from_value(value.clone()).ok()
}
