use std::borrow::Cow;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;
use waggle_task_queue::model::{FieldError, Invalid};

use super::Code;
use crate::auth::RateNote;

/// What is known of a change that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Certainly not applied: `"applied": false`.
    No,
    /// Nobody knows: `"applied": null`.
    Unknown,
}

/// A request that did not succeed, before it is written.
///
/// A handler returns it; the middleware, which knows the request's id and
/// address, writes it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) code: Code,
    /// The word on the wire where it is not the code's own: what keeps the service from being ready.
    pub(super) word: Option<&'static str>,
    pub(super) status: StatusCode,
    pub(super) detail: Cow<'static, str>,
    pub(super) errors: Vec<FieldError>,
    pub(super) retry_after: Option<Duration>,
    pub(super) applied: Option<Applied>,
    pub(super) about: Option<Box<About>>,
    pub(super) close: bool,
    /// For the log alone.
    pub(super) cause: Option<String>,
}

/// What some problems tell besides; most have none of it.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    /// The number of the task's current or last attempt.
    pub(super) attempt: Option<u32>,
    /// Whose inbox is full.
    pub(super) agent: Option<String>,
    /// The version that a state key has.
    pub(super) version: Option<u64>,
    /// The condition or operation of a transaction: `if` or `ops`, and its place there.
    pub(super) place: Option<(&'static str, usize)>,
    /// The line of a snapshot, from 1.
    pub(super) line: Option<u64>,
    /// The validation that is under way.
    pub(super) validation: Option<Uuid>,
    /// What has to be shown instead (`WWW-Authenticate`).
    pub(super) challenge: Option<Cow<'static, str>>,
    /// How often the token may ask.
    pub(super) rate: Option<RateNote>,
}

impl Problem {
    /// A problem with the status that `code` usually has; `detail` is for people.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            word: None,
            status: code.status(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
            applied: None,
            about: None,
            close: false,
            cause: None,
        }
    }

    /// The same, telling something besides.
    pub(super) fn telling(mut self, tell: impl FnOnce(&mut About)) -> Self {
        tell(self.about.get_or_insert_default());
        self
    }

    /// One field that cannot be accepted. `pointer` is a JSON pointer into the body,
    /// or `/` and the name of a parameter or header.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Fields that cannot be accepted.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{}: {}", shown(&one.pointer), one.detail),
            more => format!("{} fields cannot be accepted", more.len()),
        };
        Self { errors, ..Self::new(Code::Validation, detail) }
    }

    /// The service is stopping.
    pub fn draining() -> Self {
        let detail = "the service is stopping: send the request again, to another server or in a moment";
        Self { close: true, ..Self::new(Code::Draining, detail) }.not_applied().after(Duration::from_secs(1))
    }

    /// A fault of the service; `cause` goes to the log and nowhere else.
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "something went wrong in the service; its log says more under this request_id";
        Self { cause: Some(cause.into()), ..Self::new(Code::Internal, detail) }
    }

    /// What keeps the service from being ready; `word` is stable.
    pub fn not_ready(word: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let problem = Self::new(Code::BackendUnavailable, detail).after(Duration::from_secs(1));
        Self { word: Some(word), ..problem }
    }

    /// The same problem under another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Says when to try again.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Says that nothing was changed.
    #[must_use]
    pub fn not_applied(self) -> Self {
        Self { applied: Some(Applied::No), ..self }
    }

    /// Says that nobody knows whether anything was changed.
    #[must_use]
    pub fn maybe_applied(self) -> Self {
        Self { applied: Some(Applied::Unknown), ..self }
    }

    /// Ends the connection after the answer.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// The same problem, naming the validation that is under way.
    #[must_use]
    pub(crate) fn of_validation(self, id: Uuid) -> Self {
        self.telling(|about| about.validation = Some(id))
    }

    /// The same problem, saying which token would do.
    #[must_use]
    pub(crate) fn challenging(self, challenge: impl Into<Cow<'static, str>>) -> Self {
        self.telling(|about| about.challenge = Some(challenge.into()))
    }

    /// The same problem, saying how often the token may ask.
    #[must_use]
    pub(crate) fn rated(self, note: RateNote) -> Self {
        self.telling(|about| about.rate = Some(note))
    }

    /// The same problem, of the condition or operation `index` of a transaction; `part` is `if` or `ops`.
    #[must_use]
    pub(crate) fn at(self, part: &'static str, index: usize) -> Self {
        self.telling(|about| about.place = Some((part, index)))
    }

    /// The same problem, its pointers under `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, prefix);
        }
        if self.errors.is_empty() {
            self
        } else {
            Self { detail: Self::fields(self.errors.clone()).detail, ..self }
        }
    }

    /// The fields that cannot be accepted, for an item whose text has been read already.
    pub(crate) fn into_invalid(self) -> Invalid {
        if self.errors.is_empty() { Invalid::field("", self.detail) } else { Invalid { errors: self.errors } }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable word.
    pub fn code(&self) -> &'static str {
        self.word.unwrap_or(self.code.as_str())
    }

    /// What to write into the log, where it is a fault of the service.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

fn shown(pointer: &str) -> &str {
    if pointer.is_empty() { "the body" } else { pointer }
}

impl IntoResponse for Problem {
    /// Only the status and the problem itself: the middleware writes the rest.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Box::new(self));
        response
    }
}
