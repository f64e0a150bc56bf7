use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use waggle_core::trace::TARGET;

use super::context::of_headers;
use super::tracing::tracer;
use crate::middleware::known_method;
use crate::problem::Problem;

/// The span of a request, which continues its caller's trace; none where nothing is traced.
pub(crate) fn request(request: &Request) -> Span {
    if tracer().is_none() {
        return Span::none();
    }
    let span = server_span(request);
    // It fails where the span was filtered away: then there is no trace to continue.
    let _continued = span.set_parent(of_headers(request.headers()));
    span
}

/// Notes how the request was answered, by the handler's own word for what went wrong.
pub(crate) fn answered(span: &Span, response: &Response) {
    if span.is_none() {
        return;
    }
    let status = response.status();
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if !status.is_server_error() {
        return;
    }
    let problem = response.extensions().get::<Box<Problem>>();
    span.record("error.type", problem.map_or_else(|| status.as_str(), |problem| problem.code()));
    span.record("otel.status_code", "error");
}

fn server_span(request: &Request) -> Span {
    // What the semantic conventions call a method that is not known.
    let method = known_method(request.method()).unwrap_or("_OTHER");
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
    tracing::trace_span!(
        target: TARGET, "request",
        otel.name = name, otel.kind = "server", otel.status_code = Empty,
        http.request.method = method, http.route = route, error.type = Empty,
        url.scheme = "http", url.path = request.uri().path(),
    )
}
