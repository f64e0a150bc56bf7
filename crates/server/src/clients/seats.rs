use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much each of many takes at the same time, none of them more than a limit.
#[derive(Debug, Clone)]
pub(crate) struct Seats<K> {
    taken: Arc<Taken<K>>,
    limit: usize,
}

/// Only those who have something now are remembered.
type Taken<K> = Mutex<HashMap<K, usize>>;

/// One of the seats of somebody, given up when dropped.
#[derive(Debug)]
pub(crate) struct Seat<K: Hash + Eq>(Option<(Arc<Taken<K>>, K)>);

impl<K: Hash + Eq + Copy> Seats<K> {
    /// So many for each; any number, which is not even counted, for 0.
    pub(crate) fn new(limit: usize) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// How many each may have.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// One more for `whose`, unless there are as many as there may be.
    pub(crate) fn take(&self, whose: K) -> Option<Seat<K>> {
        if self.limit == 0 {
            return Some(Seat(None));
        }
        let mut taken = lock(&self.taken);
        let count = taken.entry(whose).or_default();
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Seat(Some((Arc::clone(&self.taken), whose))))
    }
}

impl<K: Hash + Eq> Drop for Seat<K> {
    fn drop(&mut self) {
        let Some((taken, whose)) = self.0.take() else { return };
        if let Entry::Occupied(mut count) = lock(&taken).entry(whose) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

fn lock<K>(taken: &Taken<K>) -> MutexGuard<'_, HashMap<K, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_may_have_as_many_as_the_limit_says_and_whoever_has_none_is_forgotten() {
        let seats = Seats::new(2);
        let (one, _two) = (seats.take('a').unwrap(), seats.take('a').unwrap());
        assert!(seats.take('a').is_none());
        let other = seats.take('b').unwrap();
        drop(one);
        let again = seats.take('a').unwrap();
        assert!(seats.take('a').is_none());
        drop((again, other));
        assert_eq!(*lock(&seats.taken), HashMap::from([('a', 1)]));
    }

    #[test]
    fn without_a_limit_nobody_is_counted() {
        let seats = Seats::new(0);
        let all: Vec<_> = (0..100).map(|_| seats.take('a').unwrap()).collect();
        assert!(lock(&seats.taken).is_empty());
        drop(all);
    }
}
