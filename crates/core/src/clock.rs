//! Time as an argument, so that what waits can be tested without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// Monotonic time for deadlines and wall time for logs.
///
/// Nothing about tasks is decided by this clock: leases and schedules follow
/// the clock of Redis, which every server shares.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    manual: Option<Arc<Manual>>,
}

#[derive(Debug)]
struct Manual {
    start: Instant,
    wall: SystemTime,
    elapsed_nanos: AtomicU64,
}

impl Clock {
    /// The machine's own clocks.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until [`advance`](Self::advance); clones move together.
    pub fn manual() -> Self {
        let manual =
            Manual { start: Instant::now(), wall: SystemTime::now(), elapsed_nanos: AtomicU64::new(0) };
        Self { manual: Some(Arc::new(manual)) }
    }

    /// Monotonic time: never goes back, means nothing outside this process.
    pub fn now(&self) -> Instant {
        self.manual.as_ref().map_or_else(Instant::now, |manual| manual.start + manual.elapsed())
    }

    /// Wall time: may jump, is for people.
    pub fn wall(&self) -> SystemTime {
        self.manual.as_ref().map_or_else(SystemTime::now, |manual| manual.wall + manual.elapsed())
    }

    /// Moves a manual clock on; does nothing to the system's.
    pub fn advance(&self, by: Duration) {
        if let Some(manual) = &self.manual {
            let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
            manual.elapsed_nanos.fetch_add(nanos, Ordering::SeqCst);
        }
    }
}

impl Manual {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed_nanos.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_its_clones_with_it() {
        let clock = Clock::manual();
        let other = clock.clone();
        let (now, wall) = (clock.now(), clock.wall());
        assert_eq!(other.now(), now);
        clock.advance(Duration::from_secs(90));
        assert_eq!(other.now() - now, Duration::from_secs(90));
        assert_eq!(other.wall().duration_since(wall).unwrap(), Duration::from_secs(90));
    }

    #[test]
    fn the_system_clock_runs_by_itself_and_cannot_be_moved() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(Duration::from_secs(3_600));
        assert!(clock.now() - before < Duration::from_secs(60));
    }
}
