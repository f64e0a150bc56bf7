//! Trace contexts as they travel: W3C Trace Context.

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::tracing::tracer;
use crate::extract::is_traceparent;

const TRACEPARENT: &str = "traceparent";

/// The `traceparent` of the current span, for whatever is done on its behalf; nothing where nothing is traced.
pub(crate) fn current() -> Option<String> {
    tracer()?;
    span_context().map(|context| text(&context))
}

/// The context of the current span.
pub(super) fn span_context() -> Option<SpanContext> {
    let context = Span::current().context().span().span_context().clone();
    context.is_valid().then_some(context)
}

/// What a caller says it is part of; empty where that is nothing, or no trace context.
pub(super) fn of_headers(headers: &HeaderMap) -> Context {
    extracted(&Headers(headers)).unwrap_or_default()
}

/// What a task says it is part of.
pub(super) fn of_text(traceparent: &str) -> Option<Context> {
    extracted(&Traceparent(traceparent))
}

fn extracted(carrier: &dyn Extractor) -> Option<Context> {
    // The propagator takes ids of any length.
    carrier.get(TRACEPARENT).filter(|text| is_traceparent(text))?;
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), carrier);
    context.has_active_span().then_some(context)
}

fn text(context: &SpanContext) -> String {
    let flags = u8::from(context.is_sampled());
    format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id())
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

struct Traceparent<'a>(&'a str);

impl Extractor for Traceparent<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        (name == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_context_is_read_and_written_alike() {
        let context = of_text(TEXT).unwrap();
        assert_eq!(text(context.span().span_context()), TEXT);
    }

    #[test]
    fn what_is_no_context_is_none() {
        for text in
            ["", "00", "00-0-0-01", &TEXT.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32))]
        {
            assert!(of_text(text).is_none(), "{text}");
        }
    }
}
