use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A collector that is away is told of once in this time.
const EVERY: Duration = Duration::from_secs(60);

/// What could not be sent.
#[derive(Debug)]
pub(super) struct Failures {
    address: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Spans lost since they were last told of.
    spans: usize,
    told: Option<Instant>,
}

impl Failures {
    pub(super) fn new(address: String) -> Self {
        Self { address, state: Mutex::default() }
    }

    /// Counts spans that are lost, and logs their number if that was not done for a while.
    pub(super) fn note(&self, spans: usize, error: &str) {
        if let Some(lost) = self.due(spans, Instant::now()) {
            tracing::warn!(collector = %self.address, spans = lost, error, "spans could not be sent and are lost");
        }
    }

    fn due(&self, spans: usize, now: Instant) -> Option<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.spans += spans;
        if state.told.is_some_and(|told| now.duration_since(told) < EVERY) {
            return None;
        }
        state.told = Some(now);
        Some(std::mem::take(&mut state.spans))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_of_at_once_and_then_once_a_minute_with_all_that_was_lost() {
        let failures = Failures::new("http://collector".to_owned());
        let start = Instant::now();
        let told: Vec<_> =
            [0, 1, 59, 60, 61, 200].map(|s| failures.due(10, start + Duration::from_secs(s))).into();
        assert_eq!(told, [Some(10), None, None, Some(30), None, Some(20)]);
    }
}
