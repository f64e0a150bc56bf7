//! How long a call is repeated.

use std::time::{Duration, Instant};

use waggle_core::backoff::Backoff;

use super::{Call, CallError};

/// First wait before a call is sent again.
const FIRST: Duration = Duration::from_millis(100);
/// Longest wait before a call is sent again, whatever the service asks for.
const LONGEST: Duration = Duration::from_secs(5);

/// The tries of one call, bounded by the time since the first of them failed.
pub(crate) struct Patience {
    budget: Duration,
    ends: Option<Instant>,
    backoff: Backoff,
}

impl Patience {
    pub(crate) fn new(budget: Duration) -> Self {
        Self { budget, ends: None, backoff: Backoff::new(FIRST, LONGEST) }
    }

    /// How long to wait before the next try; none when the error is final or time is up.
    pub(crate) fn after(&mut self, error: &CallError, call: &Call) -> Option<Duration> {
        let harmless = call.repeatable || error.changed_nothing();
        if !harmless || !error.is_passing() {
            return None;
        }
        let now = Instant::now();
        let ends = *self.ends.get_or_insert(now + self.budget);
        let asked = error.retry_after().unwrap_or_default().min(LONGEST);
        let wait = self.backoff.next_delay().max(asked);
        (now + wait <= ends).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> CallError {
        CallError::NoAnswer { url: String::new(), detail: String::new() }
    }

    fn refused(status: u16) -> CallError {
        let text = format!(r#"{{"status":{status},"code":"x","retry_after_ms":3000}}"#);
        CallError::Refused(Box::new(serde_json::from_str(&text).unwrap()))
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_and_a_refusal_is_not() {
        let mut patience = Patience::new(Duration::from_secs(60));
        assert!(patience.after(&lost(), &Call::post("/claims")).is_some());
        assert!(patience.after(&refused(409), &Call::post("/claims")).is_none());
    }

    #[test]
    fn the_service_is_left_alone_for_as_long_as_it_asked() {
        let wait = Patience::new(Duration::from_secs(60)).after(&refused(503), &Call::post("/claims"));
        assert_eq!(wait, Some(Duration::from_secs(3)));
    }

    #[test]
    fn a_call_that_must_not_be_applied_twice_is_not_repeated_after_a_lost_answer() {
        let mut patience = Patience::new(Duration::from_secs(60));
        assert!(patience.after(&lost(), &Call::post("/tasks/x/retry").once()).is_none());
        let unreachable = CallError::Unreachable { url: String::new(), detail: String::new() };
        assert!(patience.after(&unreachable, &Call::post("/tasks/x/retry").once()).is_some());
    }

    #[test]
    fn patience_ends() {
        let mut patience = Patience::new(Duration::ZERO);
        assert!(patience.after(&lost(), &Call::get("/tasks")).is_none());
    }
}
