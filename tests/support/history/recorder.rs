//! Where events are kept.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;
use waggle_task_queue::model::Stamp;

use super::{Event, Op};
use crate::MachineClock;

/// A history that several clients write. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    start: Instant,
    /// The same instant by the clock of this machine.
    started_at: SystemTime,
    clock: MachineClock,
    processes: AtomicU32,
    events: Mutex<Vec<Event>>,
}

impl Default for History {
    fn default() -> Self {
        Self::by(&MachineClock::default())
    }
}

impl History {
    /// One of a service whose Redis has this clock.
    pub fn by(clock: &MachineClock) -> Self {
        let inner = Inner {
            start: Instant::now(),
            started_at: SystemTime::now(),
            clock: clock.clone(),
            processes: AtomicU32::new(0),
            events: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// A process number that nobody has yet.
    pub fn process(&self) -> u32 {
        self.inner.processes.fetch_add(1, Ordering::Relaxed)
    }

    /// The time in this history.
    pub fn now(&self) -> Duration {
        self.inner.start.elapsed()
    }

    /// A time of the server's clock; what was before the start of the history is its start.
    pub fn at(&self, stamp: Stamp) -> Duration {
        let Stamp(ms) = self.unset(stamp);
        let began = self.inner.started_at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Duration::from_millis(ms.try_into().unwrap()).saturating_sub(began)
    }

    /// A time of the server's clock as this machine's has it: set by nobody.
    pub fn unset(&self, stamp: Stamp) -> Stamp {
        self.inner.clock.unset(stamp)
    }

    /// Tasks as they are judged: when they ended by the clock of this machine.
    pub fn unset_all(&self, tasks: &mut [Value]) {
        for task in tasks {
            if let Ok(at) = serde_json::from_value(task["finished_at"].clone()) {
                task["finished_at"] = self.unset(at).to_text().into();
            }
        }
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
        events.iter_mut().for_each(|event| self.end_at_deadline(event));
        events.sort_by_key(|event| event.invoked);
        events
    }

    /// A deadline is a point in time: it is there at once when the clock is set past it.
    fn end_at_deadline(&self, event: &mut Event) {
        let from = self.inner.start + event.invoked;
        let set = event.deadline.and_then(|deadline| self.inner.clock.set_to(deadline, from));
        if let (Some(held), Some(set)) = (&mut event.held_until, set) {
            *held = (set - self.inner.start).min(*held);
        }
    }
}
