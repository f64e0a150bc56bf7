//! What a call may come back with instead of an answer.

use std::{fmt, time::Duration};

use serde::Deserialize;

/// Why a call did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum CallError {
    /// The service answered that it would not, or could not.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// No connection came about: certainly not applied.
    #[error("{url} cannot be reached: {detail}")]
    Unreachable {
        /// Where the service should be.
        url: String,
        /// What the operating system said.
        detail: String,
    },
    /// The answer was lost or did not come in time: the call may have been applied.
    #[error("{url} did not answer: {detail}")]
    NoAnswer {
        /// Where the service is.
        url: String,
        /// What happened to the connection.
        detail: String,
    },
    /// Something answered, but not as this API does.
    #[error("the answer is not one of a Waggle service: {detail}")]
    Garbled {
        /// What was wrong with it.
        detail: String,
    },
}

impl CallError {
    /// Whether the same call may succeed a little later.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.is_passing(),
            Self::Unreachable { .. } | Self::NoAnswer { .. } => true,
            Self::Garbled { .. } => false,
        }
    }

    /// Whether the call was certainly not applied.
    pub(crate) fn changed_nothing(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.status < 500 || problem.applied == Some(false),
            Self::Unreachable { .. } => true,
            Self::NoAnswer { .. } | Self::Garbled { .. } => false,
        }
    }

    /// How long the service asked to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let Self::Refused(problem) = self else { return None };
        problem.retry_after_ms.map(Duration::from_millis)
    }

    /// What the service said, where it said something.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        if let Self::Refused(problem) = self { Some(problem) } else { None }
    }
}

/// A refusal as the service words it (RFC 9457).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// A stable word for programs.
    pub(crate) code: String,
    title: String,
    /// A sentence for people.
    pub(crate) detail: String,
    retryable: Option<bool>,
    retry_after_ms: Option<u64>,
    /// Whether it was applied; absent when that is clear or cannot be known.
    applied: Option<bool>,
    errors: Vec<FieldError>,
    /// Which part of a transaction is meant, `if` or `ops`.
    #[serde(rename = "in")]
    part: String,
    /// Which item of that part, from 0.
    index: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct FieldError {
    pointer: String,
    detail: String,
}

impl Problem {
    /// A refusal that came without a problem document, from a proxy for example.
    pub(super) fn bare(status: u16) -> Self {
        Self { status, code: format!("http_{status}"), ..Self::default() }
    }

    /// Takes the wait of a `Retry-After` header where the document names none.
    pub(super) fn retry_no_earlier_than(&mut self, header: Option<Duration>) {
        let header = header.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        self.retry_after_ms = self.retry_after_ms.or(header);
    }

    /// Whether it may pass by itself: what the service says, else what the status means.
    pub(crate) fn is_passing(&self) -> bool {
        self.retryable.unwrap_or(matches!(self.status, 408 | 429 | 502 | 503 | 504))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = [&self.detail, &self.title].into_iter().find(|text| !text.is_empty());
        write!(f, "{} ({})", said.map_or("the request was refused", String::as_str), self.code)?;
        // The first field is usually part of the sentence already.
        if let Some(index) = self.index {
            write!(f, "; in {}/{index}", self.part)?;
        }
        let mut unsaid = self.errors.iter().filter(|error| !self.detail.contains(&error.pointer));
        unsaid.try_for_each(|error| write!(f, "; {}: {}", error.pointer, error.detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> CallError {
        CallError::Refused(Box::new(serde_json::from_str(text).unwrap()))
    }

    #[test]
    fn a_problem_is_shown_with_its_detail_its_code_and_its_fields() {
        let text = r#"{"type":"about:blank","status":422,"title":"Unprocessable","detail":"a field is wrong",
            "code":"validation","retryable":false,"errors":[{"pointer":"/priority","detail":"0 to 9"}],"request_id":"x"}"#;
        assert_eq!(refused(text).to_string(), "a field is wrong (validation); /priority: 0 to 9");
        assert!(!refused(text).is_passing());
        let text = r#"{"status":422,"detail":"/priority: 0 to 9","code":"validation",
            "errors":[{"pointer":"/priority","detail":"0 to 9"},{"pointer":"/tags","detail":"at most 32 tags"}]}"#;
        assert_eq!(refused(text).to_string(), "/priority: 0 to 9 (validation); /tags: at most 32 tags");
    }

    #[test]
    fn what_the_service_says_of_a_retry_beats_what_the_status_means() {
        assert!(refused(r#"{"status":503,"code":"backend_unavailable"}"#).is_passing());
        assert!(!refused(r#"{"status":503,"code":"x","retryable":false}"#).is_passing());
        assert!(refused(r#"{"status":409,"code":"in_flight","retryable":true}"#).is_passing());
    }

    #[test]
    fn only_an_unknown_outcome_may_have_been_applied() {
        assert!(refused(r#"{"status":503,"code":"backend_unavailable","applied":false}"#).changed_nothing());
        assert!(!refused(r#"{"status":503,"code":"outcome_unknown","applied":null}"#).changed_nothing());
        assert!(refused(r#"{"status":409,"code":"lease_lost"}"#).changed_nothing());
    }
}
