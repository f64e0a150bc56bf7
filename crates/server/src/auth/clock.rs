use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use waggle_task_queue::model::Stamp;

/// What Redis says the time is, as far as this server knows: tokens end by the same clock as everything else.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    /// The time of Redis when this was made.
    origin_ms: AtomicI64,
}

impl Clock {
    /// Of the machine until Redis was asked.
    pub(super) fn new() -> Self {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Self {
            started: Instant::now(),
            origin_ms: AtomicI64::new(i64::try_from(machine).unwrap_or(i64::MAX)),
        }
    }

    /// Redis has just said what time it is.
    pub(super) fn set(&self, now: Stamp) {
        self.origin_ms.store(now.0 - self.elapsed(), Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Stamp {
        Stamp(self.origin_ms.load(Ordering::Relaxed) + self.elapsed())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}
