//! What happens to a task, told in the task's own trace.

use std::time::{Duration, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry::trace::{
    Link, Span as _, SpanBuilder, SpanKind, Status as SpanStatus, TraceContextExt as _,
};
use waggle_task_queue::Attempt;
use waggle_task_queue::model::{OutcomeKind, Stamp, Status, SwarmName, Task, TaskId};

use super::context::{of_text, span_context};
use super::tracing::tracer;

/// How an attempt ended.
pub(super) struct Ended<'a> {
    pub(super) swarm: &'a SwarmName,
    pub(super) id: TaskId,
    pub(super) attempt: &'a Attempt,
    pub(super) outcome: OutcomeKind,
    /// Where the task stands now.
    pub(super) status: Status,
    pub(super) at: SystemTime,
}

/// Tells of each of these tasks, within the request that has claimed them, that it was claimed.
pub(crate) fn claimed(tasks: &[Task]) {
    if tracer().is_none() {
        return;
    }
    for task in tasks {
        tell_claimed(task);
    }
}

fn tell_claimed(task: &Task) {
    let (Some(traceparent), Some(started_at)) = (&task.traceparent, task.started_at) else { return };
    let mut attributes = about(&task.swarm, task.id, task.queue.as_str(), task.attempt);
    attributes.extend(operation("claim", "receive"));
    attributes.extend(task.agent.as_ref().map(|agent| KeyValue::new("waggle.agent", agent.to_string())));
    let span = SpanBuilder::from_name("task.claimed").with_attributes(attributes);
    tell(traceparent, started_at, SystemTime::now(), span, SpanStatus::Unset);
}

/// Tells, within the request that has ended it, of an attempt from its beginning until now.
pub(super) fn tell_run(ended: &Ended<'_>) {
    let Ended { swarm, id, attempt, outcome, status, at } = ended;
    let word = match outcome {
        OutcomeKind::Complete => "complete",
        OutcomeKind::Fail => "fail",
        OutcomeKind::Release => "release",
    };
    let mut attributes = about(swarm, *id, attempt.queue.as_str(), attempt.attempt);
    attributes.extend(operation("run", "process"));
    attributes.extend([
        KeyValue::new("waggle.agent", attempt.agent.to_string()),
        KeyValue::new("waggle.outcome", word),
        KeyValue::new("waggle.task.status", status.as_str()),
    ]);
    let span = SpanBuilder::from_name("task.run").with_attributes(attributes);
    let failed = *outcome == OutcomeKind::Fail;
    let status = if failed { SpanStatus::error("the attempt failed") } else { SpanStatus::Unset };
    tell(&attempt.traceparent, attempt.started_at, *at, span, status);
}

/// A span in the task's trace from `start` to `end`, linked to the request that tells of it.
fn tell(traceparent: &str, start: Stamp, end: SystemTime, span: SpanBuilder, status: SpanStatus) {
    let (Some(tracer), Some(parent)) = (tracer(), of_text(traceparent)) else { return };
    if !parent.span().span_context().is_sampled() {
        return;
    }
    // Redis' clock may be ahead of this one: no span ends before it begins.
    let start = time(start);
    let links = span_context().map(Link::with_context).into_iter().collect();
    let span = span.with_kind(SpanKind::Consumer).with_start_time(start).with_links(links);
    let mut span = span.start_with_context(tracer, &parent);
    span.set_status(status);
    span.end_with_timestamp(end.max(start));
}

fn about(swarm: &SwarmName, id: TaskId, queue: &str, attempt: u32) -> Vec<KeyValue> {
    vec![
        KeyValue::new("messaging.system", "waggle"),
        KeyValue::new("messaging.destination.name", queue.to_owned()),
        KeyValue::new("messaging.message.id", id.to_string()),
        KeyValue::new("waggle.swarm", swarm.to_string()),
        KeyValue::new("waggle.queue", queue.to_owned()),
        KeyValue::new("waggle.task.id", id.to_string()),
        KeyValue::new("waggle.task.attempt", i64::from(attempt)),
    ]
}

/// What this is in the words of OpenTelemetry's conventions for messaging.
fn operation(name: &'static str, kind: &'static str) -> [KeyValue; 2] {
    [KeyValue::new("messaging.operation.name", name), KeyValue::new("messaging.operation.type", kind)]
}

fn time(stamp: Stamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(stamp.0).unwrap_or(0))
}
