use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::Histogram;

use crate::function::operation;
use crate::metrics::call_histogram;

/// Operations told apart in the metrics; further ones count as `other`.
const MAX_OPERATIONS: usize = 128;
const OTHER: &[u8] = b"other";

/// How long calls took, by operation and outcome.
///
/// The recorder is asked once for each pair, not for each call.
#[derive(Default)]
pub(crate) struct Timings {
    operations: Mutex<HashMap<Box<[u8]>, ByOutcome>>,
}

type ByOutcome = HashMap<&'static str, Histogram>;

impl Timings {
    /// Records calls that took equally long: all of one flush.
    pub(crate) fn record<'a>(&self, took: Duration, calls: impl Iterator<Item = (&'a [u8], &'static str)>) {
        let mut operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        for (function, outcome) in calls {
            let known = operations.contains_key(function) || operations.len() < MAX_OPERATIONS;
            let function = if known { function } else { OTHER };
            if !operations.contains_key(function) {
                operations.insert(function.into(), HashMap::new());
            }
            if let Some(outcomes) = operations.get_mut(function) {
                let histogram = outcomes.entry(outcome);
                histogram.or_insert_with(|| call_histogram(operation(function), outcome)).record(took);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_told_apart_are_bounded() {
        let timings = Timings::default();
        for i in 0..10_000 {
            let name = format!("f{i}");
            timings.record(Duration::ZERO, std::iter::once((name.as_bytes(), "ok")));
        }
        assert!(timings.operations.lock().unwrap().len() <= MAX_OPERATIONS + 1);
    }
}
