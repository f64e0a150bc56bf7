use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use thread_local::ThreadLocal;

use super::names::Names;
use super::ring::Ring;
use super::shard::Shard;
use super::slot::{Slot, Tally};
use super::window::Window;
use super::{Count, LONGEST, Series};
use crate::clock::Clock;

/// Operations of one request from which on it is a batch.
const BATCH_LEAST: usize = 10;

/// An operation whose calls are counted, see [`Recorder::operation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationId(u16);

/// A code whose errors are counted, see [`Recorder::error_code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorId(u16);

/// Records what the process does. Cheap to clone.
///
/// [`gather`](Self::gather) has to be called about once a second: what was recorded is dated by it.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Inner>);

struct Inner {
    clock: Clock,
    started: Instant,
    /// A lock for each thread: whoever records finds it free, but for the moment in which it is gathered.
    shards: ThreadLocal<Mutex<Shard>>,
    ring: Mutex<Ring>,
    operations: Names,
    errors: Names,
}

impl Default for Inner {
    fn default() -> Self {
        Self::new(Clock::system())
    }
}

impl Inner {
    fn new(clock: Clock) -> Self {
        Self {
            started: clock.now(),
            clock,
            shards: ThreadLocal::new(),
            ring: Mutex::default(),
            operations: Names::default(),
            errors: Names::default(),
        }
    }
}

impl Recorder {
    /// A recorder on a clock of its own.
    pub fn on(clock: Clock) -> Self {
        Self(Arc::new(Inner::new(clock)))
    }

    /// Records how long something took.
    pub fn record(&self, series: Series, took: Duration) {
        self.record_value(series, micros(took), 1);
    }

    /// Records a value that occurred so many times.
    pub fn record_value(&self, series: Series, value: u64, times: u32) {
        self.shard().record(series, value, times);
    }

    /// Records how fast a request was that carried so many operations, where that is a batch.
    pub fn batch(&self, operations: usize, took: Duration) {
        if operations >= BATCH_LEAST {
            let rate = operations as u64 * 1_000_000 / micros(took).max(1);
            self.record_value(Series::BatchRate, rate, 1);
        }
    }

    /// Counts.
    pub fn count(&self, count: Count, by: u64) {
        self.shard().count(count, by);
    }

    /// Gives an operation a number under which [`done`](Self::done) counts it; the same one for the same name. Beyond
    /// a bound all further names are one operation, `other`.
    pub fn operation(&self, name: &str) -> OperationId {
        OperationId(self.0.operations.number(name))
    }

    /// Gives an error code a number, as [`operation`](Self::operation) does.
    pub fn error_code(&self, code: &str) -> ErrorId {
        ErrorId(self.0.errors.number(code))
    }

    /// Counts an operation; `failed` where it did by a fault of the service, not of its caller.
    pub fn done(&self, operation: OperationId, took: Duration, failed: bool) {
        let tally = Tally { count: 1, failed: failed.into(), micros: micros(took) };
        self.shard().operation(operation.0, tally);
    }

    /// Counts an error.
    pub fn failed(&self, error: ErrorId) {
        self.shard().error(error.0);
    }

    /// Gathers what all threads have recorded, and closes the present slot of time when it is a second old.
    pub fn gather(&self) {
        let now = self.age();
        self.gathered().close_when_due(now, &self.0.operations, &self.0.errors);
    }

    /// What was recorded in about the last `span`, up to this moment; at most [`LONGEST`]. The window begins where a slot of
    /// time does, of which there is one a second, for what is older than a minute one every 20 seconds, and says how
    /// long it really is.
    pub fn window(&self, span: Duration) -> Window {
        let ring = self.gathered();
        ring.window(self.age(), span.min(LONGEST), &self.0.operations, &self.0.errors)
    }

    /// All that was recorded between `from`, a time that this has returned before, and now; and the time with which to go
    /// on. Nothing is told twice, and nothing is left out of what is not older than [`LONGEST`].
    pub fn since(&self, from: Duration) -> (Slot, Duration) {
        let mut ring = self.gathered();
        let now = self.age();
        ring.close(now, &self.0.operations, &self.0.errors);
        (ring.since(from), now)
    }

    /// How long it has been recording.
    pub fn age(&self) -> Duration {
        self.0.clock.now().saturating_duration_since(self.0.started)
    }

    fn gathered(&self) -> MutexGuard<'_, Ring> {
        let mut ring = self.0.ring.lock().unwrap_or_else(PoisonError::into_inner);
        for shard in &self.0.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).drain_into(&mut ring.current);
        }
        ring
    }

    fn shard(&self) -> MutexGuard<'_, Shard> {
        self.0.shards.get_or_default().lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p50(window: &Window, series: Series) -> Option<u64> {
        window.histogram(series).map(|histogram| histogram.value_at_quantile(0.5))
    }

    #[test]
    fn what_was_recorded_is_in_a_window_at_once_and_leaves_it_with_time() {
        let clock = Clock::manual();
        let recorder = Recorder::on(clock.clone());
        recorder.record(Series::Submit, Duration::from_millis(5));
        for (after, in_ten, in_sixty, in_all) in
            [(0, 1, 1, 1), (9, 1, 1, 1), (3, 0, 1, 1), (46, 0, 1, 1), (30, 0, 0, 1), (540, 0, 0, 0)]
        {
            for _ in 0..after {
                clock.advance(Duration::from_secs(1));
                recorder.gather();
            }
            let recorded = |seconds| recorder.window(Duration::from_secs(seconds)).recorded(Series::Submit);
            let told = (recorded(10), recorded(60), recorded(600));
            assert_eq!(told, (in_ten, in_sixty, in_all), "{:?}", recorder.age());
        }
    }

    #[test]
    fn a_steady_rate_is_told_as_it_is_whenever_it_is_asked_for() {
        let clock = Clock::manual();
        let recorder = Recorder::on(clock.clone());
        for step in 1..=8_000_u64 {
            clock.advance(Duration::from_millis(100));
            recorder.record_value(Series::Http, 1, 4);
            // Never quite on time.
            if step % 11 == 0 {
                recorder.gather();
            }
            if step % 97 != 0 {
                continue;
            }
            for seconds in [1, 5, 60, 75, 600] {
                let window = recorder.window(Duration::from_secs(seconds));
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                let rate = window.recorded(Series::Http) as f64 / window.span().as_secs_f64();
                assert!((rate - 40.0).abs() < 4.1, "{rate}/s over {seconds} s at {:?}", recorder.age());
                let (asked, told) = (seconds.min(recorder.age().as_secs()), window.span().as_secs_f64());
                #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
                let off = (told - asked as f64).abs();
                assert!(off <= 11.0, "{told} s instead of {asked}");
            }
        }
    }

    #[test]
    fn what_is_told_since_a_time_is_told_once() {
        let clock = Clock::manual();
        let recorder = Recorder::on(clock.clone());
        let (mut from, mut told) = (Duration::ZERO, 0);
        for step in 1..=1_000_u64 {
            clock.advance(Duration::from_millis(70));
            recorder.record_value(Series::Http, step, 1);
            recorder.gather();
            if step % 37 == 0 {
                let (slot, next) = recorder.since(from);
                told += slot.series[&Series::Http].iter().map(|(_, times)| u64::from(*times)).sum::<u64>();
                from = next;
                assert_eq!(told, step);
            }
        }
    }

    #[test]
    fn threads_record_by_themselves_and_are_merged() {
        let recorder = Recorder::default();
        std::thread::scope(|scope| {
            for thread in 1..=4_u64 {
                let recorder = recorder.clone();
                scope.spawn(move || {
                    for _ in 0..1_000 {
                        recorder.record_value(Series::BatchSize, thread, 1);
                        recorder.count(Count::Compressed, 2);
                    }
                });
            }
        });
        let window = recorder.window(Duration::from_secs(60));
        assert_eq!(window.recorded(Series::BatchSize), 4_000);
        assert_eq!(p50(&window, Series::BatchSize), Some(2));
        assert_eq!(window.count(Count::Compressed), 8_000);
    }

    #[test]
    fn a_value_is_told_within_one_percent_and_one_too_large_as_the_largest() {
        let recorder = Recorder::default();
        recorder.record(Series::Http, Duration::from_micros(123_456));
        let told = p50(&recorder.window(Duration::from_secs(1)), Series::Http).unwrap();
        assert!(told.abs_diff(123_456) < 1_235, "{told}");
        recorder.record(Series::Running, Duration::from_mins(45));
        let told = p50(&recorder.window(Duration::from_secs(1)), Series::Running).unwrap();
        assert!(told.abs_diff(2_700_000_000) < 27_000_000, "{told}");
        recorder.record(Series::Queued, Duration::from_hours(5));
        let told = p50(&recorder.window(Duration::from_secs(1)), Series::Queued).unwrap();
        assert!(told >= Series::Queued.largest(), "{told}");
    }

    #[test]
    fn what_was_not_recorded_is_nothing() {
        let window = Recorder::default().window(Duration::from_secs(60));
        assert!(Series::ALL.into_iter().all(|series| window.histogram(series).is_none()));
    }

    #[test]
    fn slots_of_several_servers_make_one_window() {
        let clock = Clock::manual();
        let servers = [Recorder::on(clock.clone()), Recorder::on(clock.clone())];
        let mut fleet = Window::new(Duration::from_secs(60));
        for (server, took) in servers.iter().zip([10, 1_000]) {
            (0..100).for_each(|_| server.record_value(Series::Claim, took, 1));
            server.done(server.operation("claim"), Duration::from_micros(took), false);
            server.gather();
        }
        clock.advance(Duration::from_secs(1));
        for server in &servers {
            let (slot, next) = server.since(Duration::ZERO);
            fleet.add(&slot);
            assert!(server.since(next).0.is_empty());
        }
        let claims = fleet.histogram(Series::Claim).unwrap();
        assert_eq!((claims.len(), claims.value_at_quantile(0.5)), (200, 10));
        assert!(claims.value_at_quantile(0.51) >= 1_000);
        assert_eq!(fleet.operations()["claim"], Tally { count: 2, failed: 0, micros: 1_010 });
    }

    #[test]
    fn memory_is_bounded_however_long_it_runs() {
        let clock = Clock::manual();
        let recorder = Recorder::on(clock.clone());
        for second in 0..2_000_u64 {
            (0..50).for_each(|n| recorder.record_value(Series::Http, second * n, 1));
            clock.advance(Duration::from_secs(1));
            recorder.gather();
        }
        let ring = recorder.gathered();
        assert!(ring.slots() <= 61 + 30 + 2, "{}", ring.slots());
    }
}
