//! Long polls, one after the other.

use std::time::{Duration, Instant};

/// How long one poll waits: well below the idle limits of what may stand in between.
pub(in crate::cli) const WAIT: Duration = Duration::from_secs(25);
/// The exit status where nothing came in time.
pub(in crate::cli) const NOTHING_IN_TIME: u8 = 4;

/// Polls that together wait no longer than a limit, or for ever.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Polls {
    ends: Option<Instant>,
}

impl Polls {
    /// Polls for `limit`; without one there is always another.
    pub(in crate::cli) fn within(limit: Option<Duration>) -> Self {
        Self { ends: limit.map(|limit| Instant::now() + limit) }
    }

    /// How long the next poll waits, and whether it is the last one.
    pub(in crate::cli) fn next_wait(self) -> (Duration, bool) {
        match self.ends.map(|ends| ends.saturating_duration_since(Instant::now())) {
            Some(left) if left <= WAIT => (left, true),
            _ => (WAIT, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_end_with_their_limit_and_never_without_one() {
        assert_eq!(Polls::within(None).next_wait(), (WAIT, false));
        assert_eq!(Polls::within(Some(WAIT * 3)).next_wait(), (WAIT, false));
        assert_eq!(Polls::within(Some(Duration::ZERO)).next_wait(), (Duration::ZERO, true));
    }
}
