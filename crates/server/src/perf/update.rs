use std::sync::Arc;

use super::history::Sample;
use super::report::Alert;

/// What whoever follows `GET /perf/stream` is told.
#[derive(Debug, Clone)]
pub enum Update {
    /// What a refresh has found.
    Sample(Arc<Sample>),
    /// An alert fires, or is resolved.
    Alert(Arc<Alert>),
}
