use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use super::event::Wake;
use super::listener;
use crate::config::HotConfig;
use crate::lane::Address;
use crate::metrics;

/// Wake-ups a receiver may fall behind before it has to take stock instead.
const RING: usize = 4_096;

/// Channels this process listens to, and what arrives on them.
///
/// Subscribing returns at once; [`Wake::Listening`] tells when it took effect.
pub struct Wakeups {
    shared: Arc<Shared>,
    listener: JoinHandle<()>,
}

/// What the handle and the listener's task both see.
pub(super) struct Shared {
    channels: Mutex<Channels>,
    pub(super) changed: Notify,
    /// The connection is gone, or a node took a subscription away.
    pub(super) lost: Notify,
    sender: broadcast::Sender<Wake>,
}

/// Bounded by the channels asked for: a change of mind replaces itself.
#[derive(Default)]
struct Channels {
    wanted: HashSet<Arc<str>>,
    changed: HashSet<Arc<str>>,
    /// Told to stop, not yet confirmed: tells our own doing from a node's.
    leaving: HashSet<Arc<str>>,
}

/// What to tell Redis, found by comparing.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) subscribe: Vec<Arc<str>>,
    pub(super) unsubscribe: Vec<Arc<str>>,
}

impl Wakeups {
    pub(crate) fn open(address: Address, config: &HotConfig) -> Self {
        let shared = Arc::new(Shared {
            channels: Mutex::default(),
            changed: Notify::new(),
            lost: Notify::new(),
            sender: broadcast::Sender::new(RING),
        });
        let listener = tokio::spawn(listener::run(Arc::clone(&shared), address, config.clone()));
        Self { shared, listener }
    }

    /// Listens to `channel` until it is unsubscribed; twice is once.
    pub fn subscribe(&self, channel: String) {
        let channel: Arc<str> = channel.into();
        let news = self.shared.with(|channels| {
            channels.wanted.insert(Arc::clone(&channel)) && {
                channels.changed.insert(channel);
                true
            }
        });
        if news {
            self.shared.changed.notify_one();
        }
    }

    /// Stops listening to `channel`.
    pub fn unsubscribe(&self, channel: &str) {
        let news = self.shared.with(|channels| {
            let channel = channels.wanted.take(channel);
            channel.map(|channel| channels.changed.insert(channel)).is_some()
        });
        if news {
            self.shared.changed.notify_one();
        }
    }

    /// Everything that arrives from now on, on all channels.
    pub fn receiver(&self) -> broadcast::Receiver<Wake> {
        self.shared.sender.subscribe()
    }

    pub(crate) fn close(&self) {
        self.listener.abort();
    }
}

impl Drop for Wakeups {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Shared {
    pub(super) fn send(&self, wake: Wake) {
        metrics::woken(&wake);
        // Nobody has to listen.
        let _ = self.sender.send(wake);
    }

    /// The channel as its subscribers know it, if there still are any.
    pub(super) fn wanted(&self, channel: &str) -> Option<Arc<str>> {
        self.with(|channels| channels.wanted.get(channel).cloned())
    }

    /// All channels, for a connection that knows none yet.
    pub(super) fn all(&self) -> Vec<Arc<str>> {
        self.with(|channels| {
            channels.changed.clear();
            channels.leaving.clear();
            channels.wanted.iter().cloned().collect()
        })
    }

    /// What changed since it was last asked.
    pub(super) fn changes(&self) -> Changes {
        self.with(|channels| {
            let mut changes = Changes::default();
            for channel in channels.changed.drain() {
                let wanted = channels.wanted.contains(&channel);
                if wanted { &mut changes.subscribe } else { &mut changes.unsubscribe }.push(channel);
            }
            channels.leaving.extend(changes.unsubscribe.iter().cloned());
            changes
        })
    }

    /// A subscription ended. If we did not ask for that, a node took it away:
    /// its slot moved.
    pub(super) fn ended(&self, channel: &str) {
        let taken =
            self.with(|channels| !channels.leaving.remove(channel) && channels.wanted.contains(channel));
        if taken {
            self.lost.notify_one();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Channels) -> T) -> T {
        act(&mut self.channels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
