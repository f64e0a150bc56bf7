//! Waiting for something to happen: the end of a task, a message, a change of the state, an event.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, futures::OwnedNotified};

use super::registry::Shared;
use crate::{
    metrics::{Poll, Waiting},
    model::{AgentName, SwarmName, TaskId},
};

/// What may be waited for within a swarm.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// The end of a task.
    Task(TaskId),
    /// Output of a task, or its end.
    Output(TaskId),
    /// A new message for an agent.
    Inbox(AgentName),
    /// A change of any key of the state.
    State,
    /// A change of anything.
    Events,
}

impl Topic {
    const fn poll(&self) -> Poll {
        match self {
            Self::Task(_) => Poll::Task,
            Self::Output(_) => Poll::Output,
            Self::Inbox(_) => Poll::Inbox,
            Self::State => Poll::State,
            Self::Events => Poll::Events,
        }
    }
}

type Interest = (SwarmName, Topic);

#[derive(Default)]
pub(super) struct Watches {
    interests: Mutex<HashMap<Interest, Arc<Notify>>>,
}

/// An interest, given up when dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    interest: Interest,
    /// Present until the watch is dropped.
    notify: Option<Arc<Notify>>,
    _shown: Waiting,
}

impl Watches {
    pub(super) fn watch(shared: &Arc<Shared>, swarm: &SwarmName, topic: Topic) -> Watch {
        let shown = Waiting::new(topic.poll());
        let interest = (swarm.clone(), topic);
        let notify = Arc::clone(shared.watches.interests().entry(interest.clone()).or_default());
        Watch { shared: Arc::clone(shared), interest, notify: Some(notify), _shown: shown }
    }

    pub(super) fn wake(&self, swarm: &SwarmName, topic: Topic) {
        if let Some(notify) = self.interests().get(&(swarm.clone(), topic)) {
            notify.notify_waiters();
        }
    }

    pub(super) fn wake_swarm(&self, swarm: &SwarmName) {
        for (_, notify) in self.interests().iter().filter(|((of, _), _)| of == swarm) {
            notify.notify_waiters();
        }
    }

    pub(super) fn wake_all(&self) {
        for notify in self.interests().values() {
            notify.notify_waiters();
        }
    }

    /// The swarms that somebody watches.
    pub(super) fn swarms(&self) -> Vec<SwarmName> {
        self.interests().keys().map(|(swarm, _)| swarm.clone()).collect()
    }

    fn interests(&self) -> MutexGuard<'_, HashMap<Interest, Arc<Notify>>> {
        self.interests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Resolves at the first wake-up after this call, also one that comes before it is awaited. Ask for it before
    /// you look, so that nothing happens between the look and the wait.
    pub(crate) fn woken(&self) -> OwnedNotified {
        self.notify.clone().unwrap_or_default().notified_owned()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut interests = self.shared.watches.interests();
        // Under the lock, so that of two watches that go at once the second one sees the first one gone.
        self.notify = None;
        if interests.get(&self.interest).is_some_and(|notify| Arc::strong_count(notify) == 1) {
            interests.remove(&self.interest);
        }
    }
}
