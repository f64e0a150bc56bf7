//! Where events are kept.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use waggle_task_queue::model::Stamp;

use super::{Event, Op};

/// A history that several clients write. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    start: Instant,
    /// The same instant by the clock that the server's stamps are of.
    started_at: SystemTime,
    processes: AtomicU32,
    events: Mutex<Vec<Event>>,
}

impl Default for History {
    fn default() -> Self {
        let inner = Inner {
            start: Instant::now(),
            started_at: SystemTime::now(),
            processes: AtomicU32::new(0),
            events: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }
}

impl History {
    /// A process number that nobody has yet.
    pub fn process(&self) -> u32 {
        self.inner.processes.fetch_add(1, Ordering::Relaxed)
    }

    /// The time in this history.
    pub fn now(&self) -> Duration {
        self.inner.start.elapsed()
    }

    /// A time of the server's clock, which is that of this machine; what was before the start of the history is its start.
    pub fn at(&self, Stamp(ms): Stamp) -> Duration {
        let began = self.inner.started_at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Duration::from_millis(ms.try_into().unwrap()).saturating_sub(began)
    }

    /// An operation that is called now.
    pub fn invoke(&self, process: u32, op: Op) -> Event {
        Event::new(process, op, self.now())
    }

    /// Adds an operation that ended, or was given up.
    pub fn record(&self, event: Event) {
        self.inner.events.lock().unwrap().push(event);
    }

    /// All operations so far, in the order of their calls.
    pub fn events(&self) -> Vec<Event> {
        let mut events = self.inner.events.lock().unwrap().clone();
        events.sort_by_key(|event| event.invoked);
        events
    }
}
