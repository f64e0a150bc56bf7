//! Spans of what is asked of Redis, for whoever listens to [`TARGET`].
//!
//! Where nobody does, a call costs one look at the most verbose level that anybody wants. A call outside of any span,
//! such as those of the maintenance, has none of its own: it would be a trace that nobody asked for.

use tracing::{Level, Span, field::Empty, span_enabled, trace_span};

use crate::{Call, Error, function::operation};

/// The target of all spans that are meant for traces. Their level is the most verbose one, so that a log that is not
/// set to it knows nothing of them.
pub const TARGET: &str = "waggle::span";

/// Whether anybody listens.
pub fn is_on() -> bool {
    span_enabled!(target: TARGET, Level::TRACE)
}

/// The current span; none where nobody listens.
pub fn current() -> Span {
    if is_on() { Span::current() } else { Span::none() }
}

/// A span of a wait within the current one, from now until it is dropped.
pub fn wait(name: &'static str) -> Span {
    let parent = current();
    if parent.is_none() {
        return Span::none();
    }
    trace_span!(target: TARGET, parent: &parent, "wait", otel.name = name)
}

/// The span of a call within the current one, from now until it is dropped.
pub(crate) fn call(call: &Call) -> Span {
    let parent = current();
    if parent.is_none() { parent } else { within(&parent, call.function(), Some(call.operations())) }
}

/// The spans of several calls; none at all where nobody listens.
pub(crate) fn calls(calls: &[Call]) -> Vec<Span> {
    if is_on() { calls.iter().map(call).collect() } else { Vec::new() }
}

/// The span of an item that will share a call of `function`.
pub(crate) fn item(function: &str) -> Span {
    within(&current(), function, None)
}

/// The span of a call of `function` within `parent`; none where there is no parent. `batch` counts the operations that
/// share the call, where that is known already.
pub fn within(parent: &Span, function: &str, batch: Option<usize>) -> Span {
    if parent.is_none() {
        return Span::none();
    }
    let operation = operation(function.as_bytes());
    let span = trace_span!(
        target: TARGET, parent: parent, "call",
        otel.name = operation, otel.kind = "client", otel.status_code = Empty,
        db.system.name = "redis", db.operation.name = operation, db.operation.batch.size = Empty, error.type = Empty,
    );
    if let Some(batch) = batch {
        carried(&span, batch);
    }
    span
}

/// Notes how many operations shared the call.
pub fn carried(span: &Span, operations: usize) {
    span.record("db.operation.batch.size", operations as u64);
}

/// Notes how the call ended; a refusal of the function itself is an answer.
pub fn ended<T>(span: &Span, result: &Result<T, Error>) {
    if let Err(error) = result
        && !matches!(error, Error::Refused { .. })
    {
        span.record("error.type", error.label());
        span.record("otel.status_code", "error");
    }
}
