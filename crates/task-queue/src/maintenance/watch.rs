//! Notices that the clock of Redis was set: it and the server's own, which nobody sets, no longer go alike.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::{limits::CLOCK_STEP_MS, metrics};

/// What the clock of Redis said.
#[derive(Debug, Default)]
pub(super) struct ClockWatch {
    last: Mutex<Option<Said>>,
}

/// What it said to a question, between whose sending and whose answer the server may have stood still itself.
#[derive(Debug, Clone, Copy)]
struct Said {
    now: i64,
    sent: Instant,
    heard: Instant,
}

impl ClockWatch {
    /// Redis says, to what was `sent`, that it is `now`, in milliseconds. Tells of a jump, and returns it.
    pub(super) fn look(&self, now: i64, sent: Instant) -> Option<i64> {
        let said = Said { now, sent, heard: Instant::now() };
        let before = self.last.lock().unwrap_or_else(PoisonError::into_inner).replace(said)?;
        let jump = said.jump_since(before);
        if jump.unsigned_abs() <= CLOCK_STEP_MS {
            return None;
        }
        metrics::clock_jumped();
        tracing::warn!(jump_ms = jump, "the clock of Redis was set: leases go on, points in time follow it");
        Some(jump)
    }
}

impl Said {
    /// By how much its clock went further, or less far, than time can have passed.
    fn jump_since(self, before: Self) -> i64 {
        let ms = |from: Instant, to: Instant| {
            i64::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(i64::MAX)
        };
        let (least, most) = (ms(before.heard, self.sent), ms(before.sent, self.heard));
        let went = self.now.saturating_sub(before.now);
        went.saturating_sub(went.clamp(least, most))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_was_set_is_noticed_and_a_standstill_is_none() {
        let watch = ClockWatch::default();
        let look = async |after: u64, taking: u64, now: i64| {
            tokio::time::advance(Duration::from_millis(after)).await;
            let sent = Instant::now();
            tokio::time::advance(Duration::from_millis(taking)).await;
            watch.look(now, sent)
        };
        assert_eq!(look(0, 0, 1_000_000).await, None);
        assert_eq!(look(60_000, 0, 1_060_900).await, None);
        assert_eq!(look(1_000, 0, 4_661_900).await, Some(3_600_000));
        assert_eq!(look(1_000, 0, 1_062_900).await, Some(-3_600_000));
        // Answered at once, and heard by a server that had stood still for ten seconds.
        assert_eq!(look(1_000, 10_000, 1_063_900).await, None);
        assert_eq!(look(1_000, 0, 1_074_900).await, None);
    }
}
