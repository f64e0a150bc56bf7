//! Answers that succeeded.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::extract::Applied;
use crate::problem::Problem;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const RETURN_MINIMAL: HeaderValue = HeaderValue::from_static("return=minimal");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
/// Enough for a task with a small payload, so that writing one allocates once or twice.
const USUAL_BYTES: usize = 1_024;

/// What an answer says about how long it waited on purpose: that is no time the service took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waited(pub(crate) Duration);

/// Says of an answer that its bytes are there once for all who ask for them: handing them out takes no memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeptOnce;

/// A request that may wait; where it does, all of its time counts as waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting(Option<Instant>);

impl Waiting {
    /// Begins, where `wait_ms` is not 0.
    pub(crate) fn begin(wait_ms: u64) -> Self {
        Self((wait_ms > 0).then(Instant::now))
    }

    /// How long that was.
    pub(crate) fn end(self) -> Duration {
        self.0.map_or(Duration::ZERO, |begun| begun.elapsed())
    }
}

/// A JSON answer and its headers.
#[derive(Debug)]
pub(crate) struct Reply(Response);

impl Reply {
    /// `value` with `status`.
    ///
    /// # Errors
    /// 500 when the value cannot be written as JSON.
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        let mut text = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut text, value).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self::of(status, JSON, Body::from(text)))
    }

    /// Text for people.
    pub(crate) fn text(text: String) -> Self {
        Self::of(StatusCode::OK, TEXT, Body::from(text))
    }

    /// Done, and nothing to say.
    pub(crate) fn no_content() -> Self {
        Self(StatusCode::NO_CONTENT.into_response())
    }

    /// What was asked for is what the client has.
    pub(crate) fn not_modified() -> Self {
        Self(StatusCode::NOT_MODIFIED.into_response())
    }

    /// `value` with 201 when it is new, else with 200.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub(crate) fn made(is_new: bool, value: &impl Serialize) -> Result<Self, Problem> {
        Self::json(if is_new { StatusCode::CREATED } else { StatusCode::OK }, value)
    }

    /// A body that is written already.
    pub(crate) fn of(status: StatusCode, media_type: HeaderValue, body: Body) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        Self(response)
    }

    /// Says that the body is the same bytes for all.
    pub(crate) fn kept_once(mut self) -> Self {
        self.0.extensions_mut().insert(KeptOnce);
        self
    }

    /// Where the thing that was made is found.
    pub(crate) fn location(mut self, path: &str) -> Self {
        // Paths here are made of names and ids, which are always header values.
        if let Ok(value) = HeaderValue::from_str(path) {
            self.0.headers_mut().insert(header::LOCATION, value);
        }
        self
    }

    /// The version of what is answered.
    pub(crate) fn etag(mut self, version: u64) -> Self {
        if let Ok(value) = HeaderValue::from_str(&format!("\"{version}\"")) {
            self.0.headers_mut().insert(header::ETAG, value);
        }
        self
    }

    /// Says that this is the answer to an earlier request with the same idempotency key.
    pub(crate) fn replayed(mut self, replayed: bool) -> Self {
        if replayed {
            self.0.headers_mut().insert(IDEMPOTENCY_REPLAYED, TRUE);
        }
        self
    }

    /// Says how long it waited on purpose.
    pub(crate) fn waited(mut self, waited: Duration) -> Self {
        if !waited.is_zero() {
            self.0.extensions_mut().insert(Waited(waited));
        }
        self
    }

    /// Says which preference was honoured.
    pub(crate) fn preference(mut self, applied: Option<Applied>) -> Self {
        let value = match applied {
            None => return self,
            Some(Applied::Minimal) => RETURN_MINIMAL,
            Some(Applied::Wait(seconds)) => wait(seconds),
        };
        self.0.headers_mut().insert(PREFERENCE_APPLIED, value);
        self
    }
}

fn wait(seconds: u64) -> HeaderValue {
    HeaderValue::try_from(format!("wait={seconds}")).unwrap_or(HeaderValue::from_static("wait"))
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        self.0
    }
}
