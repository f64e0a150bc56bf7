//! What must be true of every history, whatever broke meanwhile.
//!
//! Each check reads the events once and the final tasks once. An operation with an unknown outcome may have been
//! applied or not: no check may take either for granted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use serde_json::Value;

use super::{Event, Op, Outcome, features, linear, messages};

type Check = fn(&[Event], &[Value]) -> Vec<String>;

pub(super) const ALL: [(&str, Check); 15] = [
    ("I1 no loss", no_loss),
    ("I2 no phantom and no duplicate", no_phantom),
    ("I3 one effective completion", one_completion),
    ("I4 fences rise", fences_rise),
    ("I5 mutual exclusion", mutual_exclusion),
    ("I6 attempts", attempts),
    ("I7 nothing is stuck", nothing_stuck),
    ("I8 messages", messages::delivered),
    ("I9 accounting", accounting),
    ("L0 searched for an order", linear::searched),
    ("L1 linearizable", linear::linearizable),
    ("E1 events have their cause", events_have_causes),
    ("F1 dependencies first", features::dependencies_first),
    ("F2 no more of a key than its limit", features::keys_within_limits),
    ("F3 pinned tasks", features::pins),
];

pub(super) const FINISHED: [&str; 3] = ["completed", "failed", "cancelled"];

/// Every task whose submit was acknowledged is there.
fn no_loss(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let there: HashSet<_> = tasks.iter().map(|task| text(task, "id")).collect();
    let lost = ok(events, Op::Submit).filter(|event| !there.contains(event.task.as_str()));
    lost.map(|event| format!("task {} ({}) was acknowledged and is gone", event.task, event.key)).collect()
}

/// Every task there was asked for, each marker made one task, and each task is there once.
fn no_phantom(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let possible: HashSet<_> = events
        .iter()
        .filter(|event| event.op == Op::Submit && event.outcome != Outcome::Rejected)
        .map(|event| event.key.as_str())
        .collect();
    let (mut ids, mut markers) = (HashSet::new(), HashSet::new());
    for task in tasks {
        let (id, marker) = (text(task, "id"), text(task, "payload"));
        if !ids.insert(id) {
            found.push(format!("task {id} is listed twice"));
        } else if !markers.insert(marker) {
            found.push(format!("{marker} became more than one task"));
        }
        if !possible.contains(marker) {
            found.push(format!("task {id} ({marker}) was never submitted, or certainly not taken in"));
        }
    }
    found.extend(replayed_of_nothing(events, Op::Submit));
    let mut of_marker: HashMap<&str, &str> = HashMap::new();
    for event in ok(events, Op::Submit) {
        let first = of_marker.entry(&event.key).or_insert(&event.task);
        if *first != event.task {
            found.push(format!("{} was answered with {first} and with {}", event.key, event.task));
        }
    }
    found
}

/// Answers that repeat an earlier one, and of every earlier call it was said that it was certainly not applied.
pub(super) fn replayed_of_nothing(events: &[Event], op: Op) -> Vec<String> {
    let mut first: HashMap<&str, Duration> = HashMap::new();
    for event in events.iter().filter(|event| event.op == op && event.outcome != Outcome::Rejected) {
        let at = first.entry(&event.key).or_insert(event.invoked);
        *at = event.invoked.min(*at);
    }
    let is_first = |event: &&Event| event.replayed && first[event.key.as_str()] == event.invoked;
    let found = ok(events, op).filter(is_first);
    found
        .map(|event| format!("{} was said to be applied already, and nobody had applied it", event.key))
        .collect()
}

/// At most one completion of a task counts, and the result that stands is that one's.
fn one_completion(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let mut effective: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    let mut applied: HashMap<(&str, &str), usize> = HashMap::new();
    for event in ok(events, Op::Complete) {
        effective.entry(&event.task).or_default().insert(&event.token);
        if !event.replayed {
            *applied.entry((&event.task, &event.token)).or_default() += 1;
        }
    }
    for (task, tokens) in &effective {
        if tokens.len() > 1 {
            found.push(format!("task {task} was completed under {tokens:?}"));
        }
    }
    for ((task, token), times) in applied.into_iter().filter(|(_, times)| *times > 1) {
        found.push(format!("task {task}: {times} completions under {token} say that they were the first"));
    }
    for task in tasks.iter().filter(|task| text(task, "status") == "completed") {
        let (id, by) = (text(task, "id"), task["result"]["by"].as_str().unwrap_or_default());
        if effective.get(id).is_some_and(|tokens| !tokens.contains(by)) {
            found.push(format!("task {id} has the result of {by:?}, acknowledged was {:?}", effective[id]));
        }
    }
    let completed: HashSet<_> = tasks
        .iter()
        .filter(|task| text(task, "status") == "completed")
        .map(|task| text(task, "id"))
        .collect();
    for task in effective.keys().filter(|task| !completed.contains(**task)) {
        found.push(format!("task {task} was completed and is not"));
    }
    found
}

/// A claim that began after another one of the same task had been answered has the higher fence; no two claims
/// bring the same one.
fn fences_rise(events: &[Event], _: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for (task, claims) in claims_by_task(events) {
        let mut owners: BTreeMap<u64, &str> = BTreeMap::new();
        for claim in &claims {
            let owner = owners.entry(claim.fence).or_insert(&claim.key);
            if *owner != claim.key {
                found
                    .push(format!("task {task}: fence {} went to {owner} and to {}", claim.fence, claim.key));
            }
        }
        // Sorted by call: whoever was answered before this call has a lower fence, or is this very claim.
        for (at, later) in claims.iter().enumerate() {
            let before =
                claims[..at].iter().filter(|earlier| earlier.returned.is_some_and(|end| end < later.invoked));
            let highest =
                before.filter(|earlier| earlier.key != later.key).map(|earlier| earlier.fence).max();
            if highest.is_some_and(|highest| highest >= later.fence) {
                found.push(format!("task {task}: fence {} after {highest:?}", later.fence));
            }
        }
    }
    found
}

/// Nothing is applied under a fence once a later one has been handed out.
fn mutual_exclusion(events: &[Event], _: &[Value]) -> Vec<String> {
    let claims = claims_by_task(events);
    let under_lease = |event: &&Event| {
        event.outcome == Outcome::Ok
            && !event.replayed
            && matches!(event.op, Op::Complete | Op::Fail | Op::Release | Op::Heartbeat | Op::Ask)
    };
    let mut found = Vec::new();
    for event in events.iter().filter(under_lease) {
        let Some(claims) = claims.get(event.task.as_str()) else { continue };
        let later = claims
            .iter()
            .find(|claim| claim.fence > event.fence && claim.returned.is_some_and(|end| end < event.invoked));
        if let Some(later) = later {
            let (task, fence, held) = (&event.task, event.fence, later.fence);
            found.push(format!("task {task}: {:?} under fence {fence} while {held} was out", event.op));
        }
    }
    found
}

/// No more attempts than allowed; failed only when they are used up, or when its time or what it depends on ended it.
fn attempts(_: &[Event], tasks: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for task in tasks {
        let (id, attempt, most) = (text(task, "id"), task["attempt"].as_u64(), task["max_attempts"].as_u64());
        if attempt > most {
            found.push(format!("task {id}: attempt {attempt:?} of {most:?}"));
        }
        let kind = task["error"]["kind"].as_str().unwrap_or_default();
        let by_itself = !["deadline", "dependency_failed"].contains(&kind);
        if text(task, "status") == "failed" && by_itself && attempt != most {
            found.push(format!("task {id} failed at attempt {attempt:?} of {most:?}"));
        }
    }
    found
}

/// After the faults are gone and the agents have worked on, everything has finished.
fn nothing_stuck(_: &[Event], tasks: &[Value]) -> Vec<String> {
    let stuck = tasks.iter().filter(|task| !FINISHED.contains(&text(task, "status")));
    stuck.map(|task| format!("task {} is still {}", text(task, "id"), text(task, "status"))).collect()
}

/// What the service said of a task's end is where it ended.
fn accounting(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let stands: HashMap<_, _> = tasks.iter().map(|task| (text(task, "id"), text(task, "status"))).collect();
    let ends = events
        .iter()
        .filter(|event| event.outcome == Outcome::Ok && FINISHED.contains(&event.status.as_str()));
    ends.filter_map(|event| {
        let stands = stands.get(event.task.as_str()).copied().unwrap_or("nowhere");
        (stands != event.status)
            .then(|| format!("task {} was said to be {} and is {stands}", event.task, event.status))
    })
    .collect()
}

/// Where a task brings its own events as `trail`: it was submitted once, it ended once, as it stands, and as many claims
/// of it are told as were acknowledged, or more.
fn events_have_causes(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let claims = claims_by_task(events);
    let mut found = Vec::new();
    for task in tasks {
        let Some(trail) = task["trail"].as_array() else { continue };
        let id = text(task, "id");
        let told = |kind: &str| trail.iter().filter(|event| event["kind"] == kind).count();
        let fences: HashSet<_> = claims.get(id).into_iter().flatten().map(|claim| claim.fence).collect();
        let completed = usize::from(text(task, "status") == "completed");
        if told("task.submitted") != 1 {
            found.push(format!("task {id}: {} events of its submit", told("task.submitted")));
        }
        if told("task.completed") != completed {
            found.push(format!("task {id}: {} events of {completed} completions", told("task.completed")));
        }
        if told("task.claimed") < fences.len() {
            found.push(format!("task {id}: {} events of {} claims", told("task.claimed"), fences.len()));
        }
    }
    found
}

pub(super) fn ok(events: &[Event], op: Op) -> impl Iterator<Item = &Event> {
    events.iter().filter(move |event| event.op == op && event.outcome == Outcome::Ok)
}

/// Acknowledged claims of each task, in the order of their calls.
pub(super) fn claims_by_task(events: &[Event]) -> HashMap<&str, Vec<&Event>> {
    let mut claims: HashMap<&str, Vec<&Event>> = HashMap::new();
    for claim in ok(events, Op::Claim) {
        claims.entry(&claim.task).or_default().push(claim);
    }
    for of_task in claims.values_mut() {
        of_task.sort_by_key(|claim| claim.invoked);
    }
    claims
}

pub(super) fn text<'a>(task: &'a Value, field: &str) -> &'a str {
    task[field].as_str().unwrap_or_default()
}
