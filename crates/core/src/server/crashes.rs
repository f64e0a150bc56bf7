use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::backoff::Backoff;
use crate::clock::Clock;

/// So many deaths within [`WINDOW`] are no accident.
pub(super) const MAX_CRASHES: usize = 5;
/// The time in which deaths are counted together.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// The first restart is nearly at once: clients wait.
const FIRST_DELAY: Duration = Duration::from_millis(50);
/// A disk that is full stays so for a while.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// The deaths of the last minute, and how long to wait after the next.
#[derive(Debug)]
pub(super) struct Crashes {
    clock: Clock,
    times: VecDeque<Instant>,
    backoff: Backoff,
}

impl Crashes {
    pub(super) fn new(clock: Clock) -> Self {
        let backoff = Backoff::new(FIRST_DELAY, MAX_DELAY);
        Self { clock, times: VecDeque::with_capacity(MAX_CRASHES), backoff }
    }

    /// Counts one: the delay before the restart, or `None` where it was one too many.
    pub(super) fn record(&mut self) -> Option<Duration> {
        let now = self.clock.now();
        self.times.retain(|time| now.duration_since(*time) < WINDOW);
        if self.times.is_empty() {
            self.backoff.reset();
        }
        self.times.push_back(now);
        (self.times.len() < MAX_CRASHES).then(|| self.backoff.next_delay())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_death_within_a_minute_is_one_too_many() {
        let clock = Clock::manual();
        let mut crashes = Crashes::new(clock.clone());
        for _ in 1..MAX_CRASHES {
            assert!(crashes.record().is_some());
            clock.advance(Duration::from_secs(14));
        }
        assert_eq!(crashes.record(), None);
    }

    #[test]
    fn deaths_a_minute_apart_go_on_for_ever_and_never_wait_for_long() {
        let clock = Clock::manual();
        let mut crashes = Crashes::new(clock.clone());
        for _ in 0..100 {
            assert!(crashes.record().unwrap() <= FIRST_DELAY);
            clock.advance(WINDOW);
        }
    }
}
