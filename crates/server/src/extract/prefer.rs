//! `Prefer` (RFC 7240): `wait` and `return=minimal`.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use waggle_task_queue::limits::WAIT_MS_MAX;

/// What the client would like; unknown preferences are ignored, as the RFC asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Prefer {
    wait_s: Option<u64>,
    minimal: bool,
}

/// A preference that was honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// `wait=` so many seconds.
    Wait(u64),
    /// `return=minimal`.
    Minimal,
}

impl Prefer {
    /// Whether the answer shall be short.
    pub(crate) const fn minimal(self) -> bool {
        self.minimal
    }

    /// Puts the preferred wait into `wait_ms` where the request itself names none, as
    /// far as the limit goes; says what was honoured.
    pub(crate) fn wait(self, wait_ms: &mut u64) -> Option<Applied> {
        let seconds = self.wait_s.filter(|_| *wait_ms == 0)?.min(WAIT_MS_MAX / 1_000);
        *wait_ms = seconds * 1_000;
        Some(Applied::Wait(seconds))
    }

    fn take(&mut self, preference: &str) {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        let value = value.trim().trim_matches('"');
        // Of a preference named twice the first one counts.
        match name.trim() {
            name if name.eq_ignore_ascii_case("wait") => self.wait_s = self.wait_s.or(value.parse().ok()),
            name if name.eq_ignore_ascii_case("return") => {
                self.minimal |= value.eq_ignore_ascii_case("minimal");
            }
            _ => {}
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Prefer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let mut prefer = Self::default();
        for value in parts.headers.get_all("prefer") {
            let listed = value.to_str().unwrap_or_default().split(',');
            // Parameters behind a semicolon belong to preferences that are not known here.
            listed.filter_map(|item| item.split(';').next()).for_each(|item| prefer.take(item));
        }
        Ok(prefer)
    }
}
