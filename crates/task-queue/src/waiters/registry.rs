//! The registry of all who wait in this server.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::task::AbortHandle;
use waggle_core::{Codec, Redis};

use super::{
    group::{Group, Place},
    listener,
    subscriptions::Subscriptions,
    watches::{Topic, Watch, Watches},
};
use crate::{
    Error,
    maintenance::Alarms,
    model::{AgentName, Directive, QueueName, SwarmName},
};

/// Claims that ask the same queues, in the same order, of the same swarm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct GroupKey {
    pub(super) swarm: SwarmName,
    pub(super) queues: Vec<QueueName>,
}

/// All who wait in this server.
pub(crate) struct Waiters {
    pub(super) shared: Arc<Shared>,
    listener: AbortHandle,
}

pub(super) struct Shared {
    pub(super) redis: Redis,
    pub(super) codec: Codec,
    pub(super) alarms: Alarms,
    groups: Mutex<HashMap<Arc<GroupKey>, Group>>,
    pub(super) watches: Watches,
    pub(super) subscriptions: Subscriptions,
    places: AtomicU64,
    pub(super) waiting: AtomicUsize,
    draining: AtomicBool,
}

impl Waiters {
    /// Spawns the listener for wake-ups.
    pub(crate) fn spawn(redis: Redis, codec: Codec, alarms: Alarms) -> Self {
        let shared = Arc::new(Shared {
            redis,
            codec,
            alarms,
            groups: Mutex::default(),
            watches: Watches::default(),
            subscriptions: Subscriptions::default(),
            places: AtomicU64::new(1),
            waiting: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
        });
        let listener = tokio::spawn(listener::run(Arc::clone(&shared))).abort_handle();
        Self { shared, listener }
    }

    pub(crate) fn waiting_claims(&self) -> usize {
        self.shared.waiting.load(Ordering::Relaxed)
    }

    /// Claims that wait in this server, by swarm and queue; one that asks several queues counts for each.
    pub(crate) fn waiting_by_queue(&self) -> HashMap<(SwarmName, QueueName), usize> {
        // Names are copied when claims need not wait for it any more.
        let parked: Vec<_> =
            self.shared.groups().iter().map(|(key, group)| (Arc::clone(key), group.parked())).collect();
        let mut waiting = HashMap::new();
        for (key, claims) in parked {
            for queue in &key.queues {
                *waiting.entry((key.swarm.clone(), queue.clone())).or_default() += claims;
            }
        }
        waiting
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.shared.is_draining()
    }

    /// A watch on something that may happen; see [`super::watches`].
    pub(crate) fn watch(&self, swarm: &SwarmName, topic: Topic) -> Watch {
        self.shared.subscriptions.need(&self.shared.redis, swarm);
        Watches::watch(&self.shared, swarm, topic)
    }

    /// Answers all who wait, and lets nobody wait any more.
    pub(crate) fn drain(&self) {
        self.shared.draining.store(true, Ordering::SeqCst);
        self.shared.answer_all();
        self.shared.watches.wake_all();
    }
}

impl Drop for Waiters {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Shared {
    /// A poisoned lock only says that some other thread panicked: every change of a group is complete in itself.
    pub(super) fn groups(&self) -> MutexGuard<'_, HashMap<Arc<GroupKey>, Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Answers every claim that waits, with nothing.
    pub(super) fn answer_all(&self) {
        let waiters: Vec<_> = self.groups().values_mut().flat_map(Group::clear).collect();
        for waiter in waiters {
            super::claims::answer_nothing(waiter);
        }
    }

    pub(super) fn next_place(&self) -> Place {
        self.places.fetch_add(1, Ordering::Relaxed)
    }

    /// Changes every group that `which` names, and lets it call Redis where it wants to.
    pub(super) fn stir(self: &Arc<Self>, which: impl Fn(&GroupKey) -> bool, change: impl Fn(&mut Group)) {
        let stirred: Vec<_> = {
            let mut groups = self.groups();
            let chosen = groups.iter_mut().filter(|(key, group)| group.has_waiters() && which(key));
            chosen
                .filter_map(|(key, group)| {
                    change(group);
                    group.book().then(|| Arc::clone(key))
                })
                .collect()
        };
        for key in &stirred {
            self.call(key);
        }
    }

    /// Answers the waiting claims of an agent that was deleted.
    pub(super) fn dismiss(&self, swarm: &SwarmName, agent: &AgentName) {
        let dismissed: Vec<_> = {
            let mut groups = self.groups();
            let of_swarm = groups.iter_mut().filter(|(key, _)| key.swarm == *swarm);
            of_swarm.flat_map(|(_, group)| group.dismiss(agent)).collect()
        };
        for waiter in dismissed {
            super::claims::direct(waiter, Directive::Stop);
        }
    }

    /// Answers all claims that wait in a swarm of which a call has said that it is gone.
    pub(super) fn turn_away(&self, swarm: &SwarmName) {
        let waiters: Vec<_> = {
            let mut groups = self.groups();
            let of_swarm = groups.iter_mut().filter(|(key, _)| key.swarm == *swarm);
            of_swarm.flat_map(|(_, group)| group.turn_away()).collect()
        };
        for waiter in waiters {
            // Whoever has gone does not need to be told.
            let _gone = waiter.answer.send(Err(Error::SwarmNotFound(swarm.to_string())));
        }
    }

    /// Drops groups that nobody stands in.
    pub(super) fn tidy(&self) {
        self.groups().retain(|_, group| !group.is_idle());
    }
}
