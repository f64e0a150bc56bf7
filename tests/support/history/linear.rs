//! Whether each task's history could have happened one step after the other, each between its call and its answer.
//!
//! Linearizability is local (Herlihy and Wing, 1990): a history is linearizable where that of each object is, so each
//! task is looked at alone. What was called and never answered may have been applied at any time since, or never.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;
use stateright::semantics::{ConsistencyTester as _, LinearizabilityTester};

use super::invariants::text;
use super::life::{Life, Phase, Step};
use super::{Event, Op, Outcome};

/// How far the clocks of the history and of Redis may drift apart within a run.
const DRIFT: Duration = Duration::from_millis(100);
/// Calls without an answer up to which a history is searched: the search doubles with each.
const OPEN: usize = 7;
/// Of the tasks, whose histories are not searched for this reason.
const PASSED_BY_PERCENT: usize = 2;

/// A step, from its call to its answer.
struct Span {
    step: Step,
    from: Duration,
    to: Option<Duration>,
}

/// Tasks whose steps fit into no order.
pub(super) fn linearizable(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let end = events.iter().filter_map(|event| event.returned.max(Some(event.invoked))).max();
    let end = end.unwrap_or_default();
    let mut found = Vec::new();
    for (task, mut spans) in steps(events, tasks) {
        if is_too_open(&spans) {
            continue;
        }
        spans.push(Span { step: Step::Read(word(text(task, "status"))), from: end, to: Some(end) });
        if !fits(&spans) {
            let steps: Vec<_> = spans.iter().map(|span| format!("{:?}", span.step)).collect();
            let id = text(task, "id");
            found.push(format!("task {id}: in no order could this happen: {}", steps.join(", ")));
        }
    }
    found
}

/// Few tasks are passed by: a history that was not searched has not been shown to hold.
pub(super) fn searched(events: &[Event], tasks: &[Value]) -> Vec<String> {
    let passed_by = steps(events, tasks).filter(|(_, spans)| is_too_open(spans)).count();
    let too_many = 100 * passed_by > PASSED_BY_PERCENT * tasks.len();
    let said =
        || format!("{passed_by} of {} tasks have more than {OPEN} calls without an answer", tasks.len());
    too_many.then(said).into_iter().collect()
}

fn is_too_open(spans: &[Span]) -> bool {
    spans.iter().filter(|span| span.to.is_none()).count() > OPEN
}

/// Each task with what happened to it.
fn steps<'a>(events: &'a [Event], tasks: &'a [Value]) -> impl Iterator<Item = (&'a Value, Vec<Span>)> {
    let asked = first_calls(events);
    let mut of_task: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in events.iter().filter(|event| !event.task.is_empty() && event.op != Op::Submit) {
        of_task.entry(&event.task).or_default().push(event);
    }
    tasks.iter().map(move |task| {
        let events = of_task.get(text(task, "id")).map_or(&[][..], Vec::as_slice);
        (task, spans(events, &asked))
    })
}

/// Searches for an order.
fn fits(spans: &[Span]) -> bool {
    // A call at the instant of an answer is taken to be beside it: nothing is accused for the clock's grain.
    let mut edges: Vec<(Duration, bool, usize)> = Vec::new();
    for (n, span) in spans.iter().enumerate() {
        edges.push((span.from, false, n));
        edges.extend(span.to.map(|to| (to, true, n)));
    }
    edges.sort_unstable();
    let threads = threads(spans);
    let mut tester = LinearizabilityTester::new(Life::default());
    for (_, is_answer, n) in edges {
        let noted = if is_answer {
            tester.on_return(threads[n], true)
        } else {
            tester.on_invoke(threads[n], spans[n].step.clone())
        };
        noted.expect("each step is called once, then answered once");
    }
    tester.is_consistent()
}

/// Steps that follow one another share a thread: the search takes as many ways as there are threads.
fn threads(spans: &[Span]) -> Vec<usize> {
    let mut free_from: Vec<Option<Duration>> = Vec::new();
    let mut threads = Vec::new();
    for span in spans {
        let free = free_from.iter().position(|free| free.is_some_and(|free| free < span.from));
        let thread = free.unwrap_or(free_from.len());
        if free.is_none() {
            free_from.push(None);
        }
        free_from[thread] = span.to;
        threads.push(thread);
    }
    threads
}

/// When each claim was asked for the first time: its answer may be that of any call under its id.
fn first_calls(events: &[Event]) -> HashMap<&str, Duration> {
    let mut first = HashMap::new();
    for event in events.iter().filter(|event| event.op == Op::Claim) {
        let at = first.entry(event.key.as_str()).or_insert(event.invoked);
        *at = event.invoked.min(*at);
    }
    first
}

fn spans(events: &[&Event], asked: &HashMap<&str, Duration>) -> Vec<Span> {
    let ends = lease_ends(events);
    let mut spans = settlements(events);
    for event in events.iter().filter(|event| event.outcome != Outcome::Rejected) {
        let ok = event.outcome == Outcome::Ok;
        let step = match event.op {
            Op::Claim if ok => {
                let returned = event.returned.unwrap_or(Duration::MAX);
                let over = ends.iter().filter(|(_, end)| end.is_none_or(|end| end <= returned + DRIFT));
                Step::Claim { fence: event.fence, over: over.map(|(fence, _)| *fence).collect() }
            }
            Op::Heartbeat if ok => Step::Keep { fence: event.fence },
            Op::Answer if !event.replayed => Step::Answer,
            // A running task is only asked to stop.
            Op::Cancel if !ok || event.status == "cancelled" => Step::Cancel,
            _ => continue,
        };
        let from = if event.op == Op::Claim { asked[event.key.as_str()] } else { event.invoked };
        spans.push(Span { step, from, to: event.returned.filter(|_| ok) });
    }
    spans.sort_by_key(|span| span.from);
    spans
}

/// All calls that end an attempt in one way are one step while none of them was answered as the first; each that was is
/// a step of its own.
fn settlements(events: &[&Event]) -> Vec<Span> {
    let mut calls: BTreeMap<(u64, &str, u8), Vec<&Event>> = BTreeMap::new();
    for event in
        events.iter().filter(|event| matches!(event.op, Op::Complete | Op::Fail | Op::Release | Op::Ask))
    {
        calls.entry((event.fence, &event.token, event.op as u8)).or_default().push(event);
    }
    let mut spans = Vec::new();
    for calls in calls.values() {
        let first = |event: &&&Event| event.outcome == Outcome::Ok && !event.replayed;
        let is_open = calls.iter().any(|call| call.outcome == Outcome::Unknown);
        let from = calls[0].invoked;
        let answered: Vec<_> = calls.iter().filter(first).collect();
        for (n, call) in answered.iter().enumerate() {
            let from = if n == 0 { from } else { call.invoked };
            spans.push(Span { step: end_of(call), from, to: call.returned });
        }
        if !answered.is_empty() {
            continue;
        }
        if let Some(again) = calls.iter().find(|call| call.outcome == Outcome::Ok) {
            // What was answered as a repetition is the first call's, which nobody had an answer to; or nobody's.
            let step = match end_of(again) {
                Step::End { fence, to } if !is_open => Step::Again { fence, to },
                step => step,
            };
            spans.push(Span { step, from, to: again.returned });
        } else if is_open {
            spans.push(Span { step: end_of(calls[0]), from, to: None });
        }
    }
    spans
}

fn end_of(call: &Event) -> Step {
    let to = match (call.op, call.status.as_str()) {
        (Op::Complete, _) => Phase::Done(call.fence),
        (_, "failed") => Phase::Dead,
        (_, "cancelled") => Phase::Cancelled,
        (Op::Ask, _) => Phase::Asked,
        _ => Phase::Open,
    };
    Step::End { fence: call.fence, to }
}

/// Until when each lease held for certain, where nobody ended it; none where that is not known.
fn lease_ends(events: &[&Event]) -> BTreeMap<u64, Option<Duration>> {
    let mut ends: BTreeMap<u64, Option<Duration>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.outcome == Outcome::Ok) {
        if event.op == Op::Claim || (event.op == Op::Heartbeat && event.held_until.is_some()) {
            let end = ends.entry(event.fence).or_insert(event.held_until);
            *end = event.held_until.max(*end);
        }
    }
    ends
}

fn word(status: &str) -> &'static str {
    ["failed", "cancelled", "completed"].into_iter().find(|word| *word == status).unwrap_or("")
}
