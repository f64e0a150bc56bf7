//! Stops asking a Redis that does not answer.

use std::sync::{Mutex, PoisonError};
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
/// failures at once: whoever comes next would only wait as long.
pub struct Breaker {
    failures_to_open: u32,
    pause: Duration,
    state: Mutex<State>,
    perf: Recorder,
}

/// The right to make one attempt; report how it went, or drop it to say nothing.
#[must_use = "an attempt reports how it went"]
pub struct Attempt<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

#[derive(Debug, Clone, Copy)]
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
            state: Mutex::new(State::Closed { failures: 0 }),
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
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed { .. } => Ok(Attempt { breaker: self, probe: false }),
            State::Open { until } if until <= Instant::now() => {
                *state = State::HalfOpen;
                Ok(Attempt { breaker: self, probe: true })
            }
            State::Open { .. } | State::HalfOpen => {
                Err(Error::unavailable("it did not answer lately, so it is not asked for a moment"))
            }
        }
    }

    /// Whether attempts are rejected now.
    pub fn is_open(&self) -> bool {
        let state = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            State::Closed { .. } => false,
            State::Open { until } => until > Instant::now(),
            State::HalfOpen => true,
        }
    }

    fn success(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, State::Closed { failures: 0 }) {
            *state = State::Closed { failures: 0 };
        }
    }

    fn failure(&self, probe: bool, count: u32) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let opens = match &mut *state {
            State::Closed { failures } => {
                *failures = failures.saturating_add(count);
                *failures >= self.failures_to_open
            }
            State::HalfOpen => probe,
            // Sent before it opened: says nothing new.
            State::Open { .. } => false,
        };
        if opens {
            *state = State::Open { until: Instant::now() + jittered(self.pause) };
            metrics::breaker_opened();
            self.perf.count(Count::BreakerOpened, 1);
        }
    }

    fn abandoned(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::HalfOpen) {
            *state = State::Open { until: Instant::now() };
        }
    }
}

impl Attempt<'_> {
    /// Redis answered.
    pub fn succeeded(mut self) {
        self.probe = false;
        self.breaker.success();
    }

    /// No connection, or it broke.
    pub fn failed(mut self) {
        self.breaker.failure(std::mem::take(&mut self.probe), 1);
    }

    /// A connection, and no reply in time.
    pub fn timed_out(mut self) {
        self.breaker.failure(std::mem::take(&mut self.probe), u32::MAX);
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
}
