use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header a request's id comes in and goes out with.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// An id longer than this is not accepted.
const MAX_BYTES: usize = 128;

static NEXT: AtomicU64 = AtomicU64::new(0);
/// Tells the processes of a fleet apart; it is a name, not a secret.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));

/// The id of a request: the client's own, or one made here.
#[derive(Debug)]
pub(super) enum RequestId {
    /// 1 to 128 visible ASCII characters.
    Given(Box<str>),
    /// The n-th of this process; written out only at the end.
    Made(u64),
}

impl RequestId {
    /// The id in `headers` where it can be used, else a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(X_REQUEST_ID).map(HeaderValue::as_bytes).filter(|id| is_usable(id));
        // Copied: the header shares its memory with the connection's read buffer.
        match given.and_then(|id| std::str::from_utf8(id).ok()) {
            Some(id) => Self::Given(id.into()),
            None => Self::Made(NEXT.fetch_add(1, Ordering::Relaxed)),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Given(id) => id.to_string(),
            Self::Made(number) => {
                // Exactly as long as most: a header takes such a text over without copying it.
                let mut text = String::with_capacity(25);
                // A String takes whatever is written.
                let _ = write!(text, "{:016x}-{number:08x}", *PROCESS);
                text
            }
        }
    }
}

/// The id as a header.
pub(super) fn header(text: String) -> HeaderValue {
    // Visible ASCII by construction.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("invalid"))
}

fn is_usable(id: &[u8]) -> bool {
    (1..=MAX_BYTES).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(given: &'static str) -> String {
        RequestId::of(&HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_static(given))])).text()
    }

    #[test]
    fn a_usable_id_is_kept_and_any_other_replaced() {
        assert_eq!(id_for("abc/1:2"), "abc/1:2");
        for useless in ["", "with space", "tab\there"] {
            assert_eq!(id_for(useless).len(), 25, "{useless:?}");
        }
    }

    #[test]
    fn ids_made_here_differ() {
        let ids: std::collections::HashSet<_> =
            (0..1_000).map(|_| RequestId::of(&HeaderMap::new()).text()).collect();
        assert_eq!(ids.len(), 1_000);
    }
}
