//! Who follows events in this server.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{Error, model::SwarmName};

/// All followers of this server, and when each swarm was last told of them.
#[derive(Debug)]
pub(crate) struct Followers {
    count: Arc<AtomicUsize>,
    limit: usize,
    told: Mutex<HashMap<SwarmName, Instant>>,
}

/// One of the followers, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<AtomicUsize>);

impl Followers {
    pub(crate) fn new(limit: usize) -> Self {
        Self { count: Arc::default(), limit, told: Mutex::default() }
    }

    /// One more follower.
    ///
    /// # Errors
    /// [`Error::TooManyWaiting`].
    pub(crate) fn join(&self) -> Result<Place, Error> {
        let more = |count| (count < self.limit).then_some(count + 1);
        let taken = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.map(|_| Place(Arc::clone(&self.count))).map_err(|_| Error::TooManyWaiting)
    }

    /// Whether a swarm has not been told for this long that somebody follows.
    pub(crate) fn is_due(&self, swarm: &SwarmName, after: Duration) -> bool {
        self.told().get(swarm).is_none_or(|told| told.elapsed() >= after)
    }

    /// A swarm has been told just now. Forgets those that nobody told for `after`.
    pub(crate) fn note_told(&self, swarm: &SwarmName, after: Duration) {
        let mut told = self.told();
        told.retain(|_, told| told.elapsed() < after);
        told.insert(swarm.clone(), Instant::now());
    }

    fn told(&self) -> MutexGuard<'_, HashMap<SwarmName, Instant>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_more_followers_than_the_limit_and_who_leaves_makes_room() {
        let followers = Followers::new(2);
        let (first, _second) = (followers.join().unwrap(), followers.join().unwrap());
        assert!(matches!(followers.join(), Err(Error::TooManyWaiting)));
        drop(first);
        assert!(followers.join().is_ok());
    }

    #[test]
    fn one_of_several_followers_tells_the_swarm_for_all() {
        let (followers, swarm) = (Followers::new(2), "s".parse().unwrap());
        let (now, later) = (Duration::ZERO, Duration::from_secs(20));
        assert!(followers.is_due(&swarm, later));
        followers.note_told(&swarm, later);
        assert!(!followers.is_due(&swarm, later) && followers.is_due(&swarm, now));
        followers.note_told(&"other".parse().unwrap(), now);
        assert!(followers.is_due(&swarm, later), "it is forgotten when its time is over");
    }
}
