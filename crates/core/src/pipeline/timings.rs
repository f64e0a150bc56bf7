use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::Histogram;

use crate::function::operation;
use crate::metrics::call_histogram;

/// Pairs of an operation and an outcome that are told apart, each some 2 KiB of what is scraped; the operation of
/// further ones is `other`.
const MAX_SERIES: usize = 96;
const OTHER: &[u8] = b"other";

/// How long calls took, by operation and outcome.
///
/// The recorder is asked once for each pair, not for each call.
#[derive(Default)]
pub(crate) struct Timings {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    operations: HashMap<Box<[u8]>, ByOutcome>,
    series: usize,
}

type ByOutcome = HashMap<&'static str, Histogram>;

impl Timings {
    /// Records calls that took equally long: all of one flush.
    pub(crate) fn record<'a>(&self, took: Duration, calls: impl Iterator<Item = (&'a [u8], &'static str)>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (function, outcome) in calls {
            known.histogram(function, outcome).record(took);
        }
    }
}

impl Known {
    fn histogram(&mut self, function: &[u8], outcome: &'static str) -> &Histogram {
        let known = self.operations.get(function).is_some_and(|outcomes| outcomes.contains_key(outcome));
        let function = if known || self.series < MAX_SERIES { function } else { OTHER };
        if !self.operations.contains_key(function) {
            self.operations.insert(function.into(), HashMap::new());
        }
        let outcomes = self.operations.get_mut(function).expect("it was put there");
        outcomes.entry(outcome).or_insert_with(|| {
            self.series += 1;
            call_histogram(operation(function), outcome)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_told_apart_are_bounded() {
        let timings = Timings::default();
        for i in 0..10_000 {
            let name = format!("f{i}");
            timings.record(Duration::ZERO, std::iter::once((name.as_bytes(), "ok")));
        }
        let known = timings.known.into_inner().unwrap();
        assert_eq!((known.series, known.operations.len()), (MAX_SERIES + 1, MAX_SERIES + 1));
    }
}
