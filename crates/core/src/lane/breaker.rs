//! Stops asking a Redis that does not answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;
use crate::backoff::jittered;
use crate::config::BreakerConfig;
use crate::metrics;
use crate::perf::{Count, Recorder};

/// Opens after a number of failures in a row, rejects at once while open, and
/// after a jittered pause lets one attempt through to see.
///
/// A failure is a connection that cannot be made or that breaks. A reply, even
/// an error reply, is not. A reply that never comes counts as all of the
/// failures at once: whoever comes next would only wait as long. What fails
/// when an attempt that began later has succeeded says nothing: Redis has
/// answered since.
pub struct Breaker {
    failures_to_open: u32,
    pause: Duration,
    seen: Mutex<Seen>,
    perf: Recorder,
}

/// The right to make one attempt; report how it went, or drop it to say nothing.
#[must_use = "an attempt reports how it went"]
pub struct Attempt<'a> {
    breaker: &'a Breaker,
    probe: bool,
    /// Counted from one, in the order in which they begin.
    number: u64,
}

/// What became of the attempts so far.
#[derive(Debug)]
struct Seen {
    state: State,
    /// How many began.
    begun: u64,
    /// The last to begin of those that succeeded; 0 before any did.
    succeeded: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Everybody passes. Set by a success.
    Closed { failures: u32 },
    /// Nobody passes until then. Set by the last failure in a row, or by a failed probe.
    Open { until: Instant },
    /// One probe is under way, nobody else passes. Set by the first to come after the pause.
    HalfOpen,
}

impl Breaker {
    /// Closed to begin with.
    pub fn new(config: &BreakerConfig) -> Self {
        Self {
            failures_to_open: config.failures,
            pause: config.open(),
            seen: Mutex::new(Seen { state: State::CLOSED, begun: 0, succeeded: 0 }),
            perf: Recorder::default(),
        }
    }

    /// Records with `perf` how often it opens.
    #[must_use]
    pub fn recorded_by(mut self, perf: &Recorder) -> Self {
        self.perf = perf.clone();
        self
    }

    /// Asks to make an attempt.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`], at once, while the breaker is open.
    pub fn admit(&self) -> Result<Attempt<'_>, Error> {
        let mut seen = self.seen();
        let probe = match seen.state {
            State::Closed { .. } => false,
            State::Open { until } if until <= Instant::now() => {
                seen.state = State::HalfOpen;
                true
            }
            State::Open { .. } | State::HalfOpen => {
                return Err(Error::unavailable("it did not answer lately, so it is not asked for a moment"));
            }
        };
        seen.begun += 1;
        Ok(Attempt { breaker: self, probe, number: seen.begun })
    }

    /// Whether attempts are rejected now.
    pub fn is_open(&self) -> bool {
        match self.seen().state {
            State::Closed { .. } => false,
            State::Open { until } => until > Instant::now(),
            State::HalfOpen => true,
        }
    }

    fn success(&self, number: u64) {
        let mut seen = self.seen();
        seen.succeeded = seen.succeeded.max(number);
        seen.state = State::CLOSED;
    }

    fn failure(&self, attempt: &Attempt<'_>, count: u32) {
        let mut seen = self.seen();
        if attempt.number < seen.succeeded {
            return;
        }
        let opens = match &mut seen.state {
            State::Closed { failures } => {
                *failures = failures.saturating_add(count);
                *failures >= self.failures_to_open
            }
            State::HalfOpen => attempt.probe,
            // Sent before it opened: says nothing new.
            State::Open { .. } => false,
        };
        if opens {
            seen.state = State::Open { until: Instant::now() + jittered(self.pause) };
            metrics::breaker_opened();
            self.perf.count(Count::BreakerOpened, 1);
        }
    }

    fn abandoned(&self) {
        let mut seen = self.seen();
        if seen.state == State::HalfOpen {
            seen.state = State::Open { until: Instant::now() };
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const CLOSED: Self = Self::Closed { failures: 0 };
}

impl Attempt<'_> {
    /// Redis answered.
    pub fn succeeded(mut self) {
        self.probe = false;
        self.breaker.success(self.number);
    }

    /// No connection, or it broke.
    pub fn failed(self) {
        self.told(1);
    }

    /// A connection, and no reply in time.
    pub fn timed_out(self) {
        self.told(u32::MAX);
    }

    fn told(mut self, failures: u32) {
        self.breaker.failure(&self, failures);
        self.probe = false;
    }
}

impl Drop for Attempt<'_> {
    /// A probe that nobody reports must not keep everybody out for ever.
    fn drop(&mut self) {
        if self.probe {
            self.breaker.abandoned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(&BreakerConfig { failures: 3, open_ms: 500 })
    }

    fn fail(breaker: &Breaker, times: usize) {
        for _ in 0..times {
            breaker.admit().unwrap().failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_so_many_failures_in_a_row_and_then_rejects() {
        let breaker = breaker();
        fail(&breaker, 2);
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 2);
        assert!(!breaker.is_open(), "a success starts the count again");
        fail(&breaker, 1);
        assert!(matches!(breaker.admit(), Err(Error::Unavailable { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn one_reply_that_never_came_opens_it() {
        let breaker = breaker();
        breaker.admit().unwrap().timed_out();
        assert!(breaker.admit().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_pause_one_probe_passes_and_decides() {
        let breaker = breaker();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_millis(500)).await;
        let probe = breaker.admit().unwrap();
        assert!(breaker.admit().is_err(), "only one probe at a time");
        probe.failed();
        assert!(breaker.admit().is_err(), "a failed probe opens it again");
        tokio::time::advance(Duration::from_millis(500)).await;
        breaker.admit().unwrap().succeeded();
        assert!(!breaker.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_was_cancelled_lets_the_next_one_try() {
        let breaker = breaker();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_millis(500)).await;
        drop(breaker.admit().unwrap());
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_of_attempts_that_began_before_it_opened_do_not_prolong_it() {
        let breaker = breaker();
        let late = breaker.admit().unwrap();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_millis(499)).await;
        late.failed();
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_when_a_later_attempt_was_answered_does_not_open_it() {
        let breaker = breaker();
        let (silent, broken) = (breaker.admit().unwrap(), breaker.admit().unwrap());
        breaker.admit().unwrap().succeeded();
        fail(&breaker, 2);
        silent.timed_out();
        broken.failed();
        assert!(!breaker.is_open());
        fail(&breaker, 1);
        assert!(breaker.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn silence_opens_it_although_an_earlier_attempt_was_answered_meanwhile() {
        let breaker = breaker();
        let (answered, silent) = (breaker.admit().unwrap(), breaker.admit().unwrap());
        answered.succeeded();
        silent.timed_out();
        assert!(breaker.is_open());
    }

    #[tokio::test(start_paused = true)]
    async fn what_began_before_a_probe_that_succeeds_does_not_open_it_again() {
        let breaker = breaker();
        let late = breaker.admit().unwrap();
        fail(&breaker, 3);
        tokio::time::advance(Duration::from_millis(500)).await;
        breaker.admit().unwrap().succeeded();
        late.timed_out();
        assert!(!breaker.is_open());
    }
}
