//! `--max-tasks`.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How many tasks an agent may still take.
#[derive(Clone)]
pub(super) struct Quota(Option<Arc<AtomicU64>>);

impl Quota {
    /// At most `tasks`; none: without end.
    pub(super) fn new(tasks: Option<u64>) -> Self {
        Self(tasks.map(AtomicU64::new).map(Arc::new))
    }

    /// The right to take one task; none when all are taken or reserved by others.
    pub(super) fn reserve(&self) -> Option<Reservation> {
        let Some(left) = &self.0 else { return Some(Reservation(None)) };
        let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        before.ok().map(|_| Reservation(Some(left.clone())))
    }
}

/// The right to take one task: goes back when it is dropped unused.
pub(super) struct Reservation(Option<Arc<AtomicU64>>);

impl Reservation {
    /// A task was taken.
    pub(super) fn use_up(mut self) {
        self.0 = None;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(left) = &self.0 {
            left.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unused_reservation_goes_back_and_a_used_one_does_not() {
        let quota = Quota::new(Some(1));
        drop(quota.reserve());
        let reservation = quota.reserve().unwrap();
        assert!(quota.reserve().is_none());
        reservation.use_up();
        assert!(quota.reserve().is_none());
    }

    #[test]
    fn without_a_limit_there_is_always_one_more() {
        let quota = Quota::new(None);
        assert!((0..1_000).all(|_| quota.reserve().is_some()));
    }
}
