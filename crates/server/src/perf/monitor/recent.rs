use std::collections::VecDeque;

use crate::perf::report::RecentError;

/// Faults of the service that are kept.
const KEPT: usize = 50;

/// The last faults of the service.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<RecentError>);

impl Recent {
    pub(super) fn add(&mut self, error: RecentError) {
        self.0.truncate(KEPT - 1);
        self.0.push_front(error);
    }

    /// The newest first.
    pub(super) fn list(&self) -> Vec<RecentError> {
        self.0.iter().cloned().collect()
    }
}
