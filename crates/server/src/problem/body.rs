use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use uuid::Uuid;
use waggle_task_queue::model::FieldError;

use super::{Applied, Problem};

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");
const CLOSE: HeaderValue = HeaderValue::from_static("close");
/// Enough for most problems, so that writing one allocates once.
const USUAL_BYTES: usize = 512;

/// What is told about a request that did not succeed (RFC 9457).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// A URN that ends in `code`.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:waggle:problem:lease_lost")]
    kind: String,
    /// The code as a sentence.
    #[schema(value_type = String)]
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What happened here and what helps.
    #[schema(value_type = String)]
    detail: &'a str,
    /// The path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    instance: Option<&'a str>,
    /// A stable word for programs.
    #[schema(value_type = String, example = "lease_lost")]
    code: &'a str,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// When to try again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    /// Of a change that did not succeed: false when it was certainly not applied, null when nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<bool>)]
    applied: Option<Option<bool>>,
    /// Of a lost lease: the number of the task's current or last attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    /// Of a full inbox: whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    agent: Option<&'a str>,
    /// Of a version that does not match: the one that the key has, 0 where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// Of a refused transaction: the place of the condition or operation that cannot hold, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    /// Of a refused transaction: where `index` counts, `if` or `ops`.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    part: Option<&'a str>,
    /// Of a broken snapshot: the line that cannot be restored, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// Of a validation that cannot begin: the one that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<Uuid>,
    /// The fields that cannot be accepted.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    #[schema(value_type = Vec<FieldError>, required = false)]
    errors: &'a [FieldError],
    /// The request's id, as in the header `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    request_id: Option<Cow<'a, str>>,
}

impl Problem {
    /// The problem as one item's answer inside a larger one: no address, no request id.
    pub fn body(&self) -> ProblemBody<'_> {
        let about = self.about.as_deref();
        let place = about.and_then(|about| about.place);
        ProblemBody {
            kind: format!("urn:waggle:problem:{}", self.code()),
            title: self.code.title(),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: None,
            code: self.code(),
            retryable: self.code.retryable(),
            retry_after_ms: self.retry_after.map(millis),
            applied: self.applied.map(|applied| match applied {
                Applied::No => Some(false),
                Applied::Unknown => None,
            }),
            attempt: about.and_then(|about| about.attempt),
            agent: about.and_then(|about| about.agent.as_deref()),
            version: about.and_then(|about| about.version),
            index: place.map(|(_, index)| index),
            part: place.map(|(part, _)| part),
            line: about.and_then(|about| about.line),
            validation: about.and_then(|about| about.validation),
            errors: &self.errors,
            request_id: None,
        }
    }

    /// Writes the problem as the answer to the request for `instance` with the id `request_id`.
    pub(crate) fn render(&self, instance: &str, request_id: &str) -> Response {
        let body = ProblemBody {
            instance: Some(instance),
            request_id: Some(Cow::Borrowed(request_id)),
            ..self.body()
        };
        let mut text = Vec::with_capacity(USUAL_BYTES);
        // Strings and numbers always serialise; a Vec takes whatever is written.
        let _ = serde_json::to_writer(&mut text, &body);
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        self.set_headers(response.headers_mut());
        response
    }

    fn set_headers(&self, headers: &mut HeaderMap) {
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        let about = self.about.as_deref();
        let challenge = about.and_then(|about| about.challenge.as_deref());
        headers.extend(
            challenge.and_then(|text| text.parse().ok()).map(|text| (header::WWW_AUTHENTICATE, text)),
        );
        if let Some(note) = about.and_then(|about| about.rate) {
            note.set_headers(headers);
        }
        if self.close {
            headers.insert(header::CONNECTION, CLOSE);
        }
    }
}

/// Sooner than asked would be too soon; and a wait that is over by now is a millisecond, so that nobody asks without pause.
fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX).max(1)
}

/// The header has whole seconds.
fn seconds(wait: Duration) -> u64 {
    millis(wait).div_ceil(1_000)
}
