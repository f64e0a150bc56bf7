//! Waiting for the end of a task.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, futures::OwnedNotified};

use super::registry::Shared;
use crate::model::TaskId;

#[derive(Default)]
pub(super) struct Watches {
    tasks: Mutex<HashMap<TaskId, Arc<Notify>>>,
}

/// An interest in the end of one task, given up when dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    id: TaskId,
    /// Present until the watch is dropped.
    notify: Option<Arc<Notify>>,
}

impl Watches {
    pub(super) fn watch(shared: &Arc<Shared>, id: TaskId) -> Watch {
        let notify = Arc::clone(shared.watches.tasks().entry(id).or_default());
        Watch { shared: Arc::clone(shared), id, notify: Some(notify) }
    }

    pub(super) fn wake(&self, id: TaskId) {
        if let Some(notify) = self.tasks().get(&id) {
            notify.notify_waiters();
        }
    }

    pub(super) fn wake_all(&self) {
        for notify in self.tasks().values() {
            notify.notify_waiters();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks().is_empty()
    }

    fn tasks(&self) -> MutexGuard<'_, HashMap<TaskId, Arc<Notify>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Resolves at the first wake-up after this call, also one that comes before it is awaited.
    pub(crate) fn finished(&self) -> OwnedNotified {
        self.notify.clone().unwrap_or_default().notified_owned()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut tasks = self.shared.watches.tasks();
        // Under the lock, so that of two watches that go at once the second one sees the first one gone.
        self.notify = None;
        if tasks.get(&self.id).is_some_and(|notify| Arc::strong_count(notify) == 1) {
            tasks.remove(&self.id);
        }
    }
}
