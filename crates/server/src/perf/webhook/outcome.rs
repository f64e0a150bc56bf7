use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 2xx.
    Delivered,
    /// It may be tried again, not before so long.
    Again(String, Option<Duration>),
    /// Trying again would not help.
    Failed(String),
    /// It leads where it may not; nothing was connected to.
    Refused(String),
    /// 410: the receiver wants no more of these.
    Gone,
}

impl Outcome {
    /// What an answer means, as the specification of Standard Webhooks has it; but that an answer which blames the request
    /// is believed: the same request will not be better the next time.
    pub(super) fn of(status: StatusCode, headers: &HeaderMap) -> Self {
        match status {
            _ if status.is_success() => Self::Delivered,
            StatusCode::GONE => Self::Gone,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Self::Again(answered(status), retry_after(headers))
            }
            _ if status.is_redirection() => {
                Self::Failed(format!("{}; no redirect is followed", answered(status)))
            }
            _ if status.is_client_error() => Self::Failed(answered(status)),
            _ => Self::Again(answered(status), retry_after(headers)),
        }
    }
}

fn answered(status: StatusCode) -> String {
    format!("it answered {}", status.as_u16())
}

/// `Retry-After` (RFC 9110, 10.2.3): seconds or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    date.duration_since(jiff::Timestamp::now()).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, retry_after: Option<&str>) -> Outcome {
        let mut headers = HeaderMap::new();
        if let Some(text) = retry_after {
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        }
        Outcome::of(StatusCode::from_u16(status).unwrap(), &headers)
    }

    fn wait(status: u16, retry_after: &str) -> Option<Duration> {
        match of(status, Some(retry_after)) {
            Outcome::Again(_, wait) => wait,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn answers_mean_what_the_specification_says() {
        for status in [200, 202, 204, 299] {
            assert_eq!(of(status, None), Outcome::Delivered, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(matches!(of(status, None), Outcome::Again(_, None)), "{status}");
        }
        for status in [300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 422] {
            assert!(matches!(of(status, None), Outcome::Failed(_)), "{status}");
        }
        assert_eq!(of(410, None), Outcome::Gone);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        assert_eq!(wait(503, "7"), Some(Duration::from_secs(7)));
        assert_eq!(wait(429, " 0 "), Some(Duration::ZERO));
        let later = wait(503, "Wed, 21 Oct 2099 07:28:00 GMT").unwrap();
        assert!(later > Duration::from_secs(365 * 86_400), "{later:?}");
        for text in ["Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-1", "1.5", ""] {
            assert_eq!(wait(503, text), None, "{text}");
        }
    }
}
