//! Which swarms' wake-ups this server listens to.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use waggle_core::Redis;

use crate::{keys, model::SwarmName};

/// How long a swarm is listened to after the last one who waited for it.
const LINGER: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Subscriptions {
    needed: Mutex<HashMap<SwarmName, Instant>>,
}

impl Subscriptions {
    /// Makes sure that the swarm is listened to. The subscription may take effect a moment later; the listener is
    /// told then, and looks once more.
    pub(super) fn need(&self, redis: &Redis, swarm: &SwarmName) {
        let new = match self.needed().get_mut(swarm) {
            Some(last) => {
                *last = Instant::now();
                false
            }
            None => true,
        };
        if new {
            self.needed().insert(swarm.clone(), Instant::now());
            redis.wakeups().subscribe(keys::wake_channel(swarm));
        }
    }

    /// Stops listening to swarms that nobody has waited for in a while.
    pub(super) fn tidy(&self, redis: &Redis, in_use: impl Fn(&SwarmName) -> bool) {
        let mut needed = self.needed();
        needed.retain(|swarm, last| {
            let keep = last.elapsed() < LINGER || in_use(swarm);
            if !keep {
                redis.wakeups().unsubscribe(&keys::wake_channel(swarm));
            }
            keep
        });
    }

    fn needed(&self) -> MutexGuard<'_, HashMap<SwarmName, Instant>> {
        self.needed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
