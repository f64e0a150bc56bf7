//! Waiting longer after each failure, never in step with the others.

use std::time::Duration;

/// Delays that double from `base` to `max`, each shortened by up to half at random.
///
/// Without the randomness everybody who failed together would try again together.
///
/// ```
/// # use std::time::Duration;
/// let mut backoff = waggle_core::backoff::Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
/// let first = backoff.next_delay();
/// assert!(first >= Duration::from_millis(50) && first <= Duration::from_millis(100));
/// ```
#[derive(Debug, Clone)]
pub struct Backoff {
    base: Duration,
    max: Duration,
    next: Duration,
}

impl Backoff {
    /// Starts at `base`; no delay is ever above `max`.
    pub fn new(base: Duration, max: Duration) -> Self {
        let base = base.min(max);
        Self { base, max, next: base }
    }

    /// The delay to wait now; the next one is up to twice as long.
    pub fn next_delay(&mut self) -> Duration {
        let full = self.next;
        self.next = full.saturating_mul(2).min(self.max);
        jittered(full)
    }

    /// Back to `base`, after a success.
    pub fn reset(&mut self) {
        self.next = self.base;
    }
}

/// `full`, shortened by up to half at random.
pub fn jittered(full: Duration) -> Duration {
    // A system without randomness gets no jitter rather than no service.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    full.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(100);
    const MAX: Duration = Duration::from_millis(1_000);

    #[test]
    fn delays_double_up_to_the_maximum_and_lose_at_most_half() {
        let mut backoff = Backoff::new(BASE, MAX);
        for full in [100, 200, 400, 800, 1_000, 1_000].map(Duration::from_millis) {
            let delay = backoff.next_delay();
            assert!(delay >= full / 2 && delay <= full, "{delay:?} is not within half of {full:?}");
        }
    }

    #[test]
    fn a_success_starts_again_from_the_base() {
        let mut backoff = Backoff::new(BASE, MAX);
        for _ in 0..10 {
            backoff.next_delay();
        }
        backoff.reset();
        assert!(backoff.next_delay() <= BASE);
    }

    #[test]
    fn two_that_failed_together_do_not_return_together() {
        let delays: std::collections::HashSet<_> =
            (0..16).map(|_| Backoff::new(BASE, MAX).next_delay()).collect();
        assert!(delays.len() > 8, "{delays:?}");
    }

    #[test]
    fn the_largest_durations_do_not_overflow() {
        let mut backoff = Backoff::new(Duration::from_secs(u64::MAX / 4), Duration::from_secs(u64::MAX / 2));
        for _ in 0..4 {
            backoff.next_delay();
        }
    }
}
