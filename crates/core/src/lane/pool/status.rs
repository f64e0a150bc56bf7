use std::sync::atomic::{AtomicU64, Ordering};

/// What the pool holds and has done since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Connections kept when nobody asks.
    pub min: usize,
    /// Connections at most.
    pub max: usize,
    /// Connections open now.
    pub size: usize,
    /// Of them, lent out.
    pub in_use: usize,
    /// Of them, not lent out.
    pub idle: usize,
    /// Callers that wait for one.
    pub waiting: usize,
    /// Connections made.
    pub created: u64,
    /// Times a connection was lent again.
    pub reused: u64,
    /// Connections closed: idle for too long, or no longer usable.
    pub closed: u64,
    /// Callers that were not served in time.
    pub timeouts: u64,
}

/// The part of [`PoolStatus`] that only grows.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) created: AtomicU64,
    pub(super) reused: AtomicU64,
    pub(super) spoiled: AtomicU64,
    pub(super) timeouts: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn fill(&self, status: &mut PoolStatus) {
        status.created = self.created.load(Ordering::Relaxed);
        status.reused = self.reused.load(Ordering::Relaxed);
        status.closed = status.created.saturating_sub(status.size as u64);
        status.timeouts = self.timeouts.load(Ordering::Relaxed);
    }
}
