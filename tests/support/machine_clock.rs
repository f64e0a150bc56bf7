//! How a clock that is set while a test runs stands to the time that passes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use waggle_task_queue::model::Stamp;

/// The clock of a machine, and all that it was set to. Cheap to clone.
///
/// What it said is mapped to the time of this machine, which nobody sets, by the setting that brings it nearest to now: two
/// settings that are not the same must be further apart than twice what a history lasts.
#[derive(Debug, Clone)]
pub struct MachineClock {
    settings: Arc<Mutex<Vec<(Instant, i64)>>>,
}

impl Default for MachineClock {
    /// One that nobody sets.
    fn default() -> Self {
        Self { settings: Arc::new(Mutex::new(vec![(Instant::now(), 0)])) }
    }
}

impl MachineClock {
    /// What it says now.
    pub fn now(&self) -> Stamp {
        Stamp(unset() + self.ahead())
    }

    /// When what it said was, or will be where it goes on as it was set then.
    pub fn unset(&self, Stamp(ms): Stamp) -> Stamp {
        let now = unset();
        let settings = self.settings.lock().unwrap();
        let times = settings.iter().map(|(_, ahead)| ms - ahead);
        Stamp(times.min_by_key(|time| time.abs_diff(now)).unwrap_or(ms))
    }

    /// The first time after `from` that it was set to this time or a later one.
    pub(crate) fn set_to(&self, Stamp(ms): Stamp, from: Instant) -> Option<Instant> {
        let (instant, now) = (Instant::now(), unset());
        let settings = self.settings.lock().unwrap();
        let said = |at: Instant, ahead: i64| now - millis(instant - at) + ahead;
        settings.iter().find(|(at, ahead)| *at >= from && said(*at, *ahead) >= ms).map(|(at, _)| *at)
    }

    pub(crate) fn set(&self, ahead: Duration, is_behind: bool) {
        let ahead = if is_behind { -millis(ahead) } else { millis(ahead) };
        self.settings.lock().unwrap().push((Instant::now(), ahead));
    }

    fn ahead(&self) -> i64 {
        self.settings.lock().unwrap().last().map_or(0, |(_, ahead)| *ahead)
    }
}

fn unset() -> i64 {
    millis(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap())
}

fn millis(span: Duration) -> i64 {
    span.as_millis().try_into().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_said_before_and_after_it_was_set_is_told_apart() {
        let clock = MachineClock::default();
        let (began, before) = (Instant::now(), clock.now());
        clock.set(Duration::from_secs(600), false);
        let after = clock.now();
        assert!(after.0 - before.0 >= 600_000);
        assert_eq!(clock.unset(before), before);
        assert!(clock.unset(after).0 - before.0 < 60_000);
        assert!(clock.set_to(Stamp(before.0 + 5_000), began).is_some(), "it was passed by");
        assert!(clock.set_to(Stamp(after.0 + 5_000), began).is_none());
    }
}
