//! `Idempotency-Key` and `traceparent`.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};
use waggle_task_queue::Idempotency;
use waggle_task_queue::model::Text;

use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::trace;

/// Length of a `traceparent` of version 00.
const TRACEPARENT_BYTES: usize = 55;

/// The key under which a request may be repeated, and what it is bound to.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(Option<Bound>);

#[derive(Debug)]
struct Bound {
    key: Text,
    scope: String,
}

impl IdempotencyKey {
    /// The key together with the body it belongs to.
    pub(crate) fn with_body(self, body: &[u8]) -> Option<Idempotency> {
        let Bound { key, scope } = self.0?;
        Some(Idempotency { key, scope, body_digest: Sha256::digest(body).into() })
    }
}

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().ok().and_then(|text| text.parse().ok());
        let key = key.ok_or_else(|| {
            Problem::field(
                "/Idempotency-Key",
                "a key has 1 to 256 bytes, visible ASCII characters and spaces",
            )
        })?;
        Ok(Self(Some(Bound { key, scope: scope(parts) })))
    }
}

/// Method and path, and which token it is: nobody is answered with what another one was.
fn scope(parts: &Parts) -> String {
    let mut scope = format!("{} {}", parts.method, parts.uri.path());
    if let Some(token) = Caller::of(parts).id() {
        scope.push(' ');
        scope.push_str(&token);
    }
    scope
}

/// The trace context of the request, where it looks like one (W3C Trace Context); else it
/// is left out, as that specification asks. Who sends none begins a trace with the request
/// where traces are on.
#[derive(Debug)]
pub(crate) struct Traceparent(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Traceparent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = parts.headers.get("traceparent").and_then(|value| value.to_str().ok());
        let given = text.filter(|text| is_traceparent(text)).map(str::to_owned);
        Ok(Self(given.or_else(trace::current)))
    }
}

/// Whether this is a `traceparent`, by the rules of W3C Trace Context.
pub(crate) fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let set = |part: &str| part.bytes().any(|b| b != b'0');
    let mut parts = text.split('-');
    let mut next = || parts.next().unwrap_or_default();
    let (version, trace, span, flags) = (next(), next(), next(), next());
    text.len() == TRACEPARENT_BYTES
        && hex(version, 2)
        && version != "ff"
        && hex(trace, 32)
        && set(trace)
        && hex(span, 16)
        && set(span)
        && hex(flags, 2)
}
