use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::Histogram;

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

/// A function's name without the version of its library.
fn operation(function: &[u8]) -> String {
    let name = String::from_utf8_lossy(function);
    match name.rsplit_once("_v") {
        Some((base, version)) if version.bytes().all(|b| b.is_ascii_digit()) => base.to_owned(),
        _ => name.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_a_function_without_its_version() {
        assert_eq!(operation(b"task_claim_v12"), "task_claim");
        assert_eq!(operation(b"task_very"), "task_very");
    }

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
