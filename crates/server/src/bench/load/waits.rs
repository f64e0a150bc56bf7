use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use waggle_core::perf::Histogram;

/// The longest wait told apart from longer ones.
const MAX: Duration = Duration::from_secs(60);
const SIGNIFICANT_DIGITS: u8 = 3;

/// How long callers waited, from many tasks at once.
#[derive(Clone)]
pub(crate) struct Waits(Arc<Mutex<Histogram>>);

impl Waits {
    pub(crate) fn new() -> Waits {
        let histogram = Histogram::new_with_bounds(1, nanoseconds(MAX), SIGNIFICANT_DIGITS);
        Waits(Arc::new(Mutex::new(histogram.expect("the bounds are constants that the histogram takes"))))
    }

    pub(crate) fn record(&self, wait: Duration) {
        self.with(|histogram| histogram.saturating_record(nanoseconds(wait)));
    }

    /// Milliseconds that this share of the callers did not exceed; `quantile` from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "waits are below 2^52 nanoseconds")]
    pub(crate) fn milliseconds(&self, quantile: f64) -> f64 {
        self.with(|histogram| histogram.value_at_quantile(quantile)) as f64 / 1e6
    }

    fn with<T>(&self, work: impl FnOnce(&mut Histogram) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn nanoseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX)
}
