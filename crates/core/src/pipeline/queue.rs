use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, TryAcquireError};
use tokio::time::{Instant, timeout_at};

use super::entry::{Entry, Work};
use crate::Error;
use crate::config::PipelineConfig;
use crate::metrics;

/// The backlog: what waits for a flush, bounded in operations; and in bytes, together with what is on its way.
pub(super) struct Queue {
    state: Mutex<State>,
    /// Room for operations, taken by who comes and given back when a flush
    /// takes them along.
    room: Semaphore,
    pub(super) wake: Notify,
    pub(super) limits: PipelineConfig,
    /// Longest wait for room and for the flush together.
    pub(super) patience: Duration,
}

struct State {
    waiting: VecDeque<Entry>,
    operations: usize,
    /// What waits for room counts too, and what was sent and is not answered: all of it is held in memory.
    bytes: usize,
    /// The flusher sleeps with nothing on its way: whoever comes wakes it.
    idle: bool,
    closed: bool,
}

/// What the flusher does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Flush,
    /// Sleep until woken, until a flush is done, or until then.
    Sleep(Option<Instant>),
    Done,
}

impl Queue {
    pub(super) fn new(limits: &PipelineConfig, patience: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                operations: 0,
                bytes: 0,
                idle: false,
                closed: false,
            }),
            room: Semaphore::new(limits.backlog),
            wake: Notify::new(),
            limits: limits.clone(),
            patience,
        }
    }

    /// Takes room for `operations`, waiting for it until the caller's patience ends.
    pub(super) async fn reserve(
        &self,
        operations: usize,
        bytes: usize,
        arrived: Instant,
    ) -> Result<(), Error> {
        match self.room.try_acquire_many(self.charge(operations)) {
            Ok(permit) => {
                permit.forget();
                return Ok(());
            }
            Err(TryAcquireError::Closed) => return Err(closed()),
            Err(TryAcquireError::NoPermits) => {}
        }
        let _parked = Parked::take(self, bytes)?;
        match timeout_at(arrived + self.patience, self.room.acquire_many(self.charge(operations))).await {
            Ok(Ok(permit)) => {
                permit.forget();
                Ok(())
            }
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(full()),
        }
    }

    /// Takes room for one operation, or says at once that there is none.
    pub(super) fn try_reserve(&self) -> Result<(), Error> {
        match self.room.try_acquire() {
            Ok(permit) => {
                permit.forget();
                Ok(())
            }
            Err(TryAcquireError::Closed) => Err(closed()),
            Err(TryAcquireError::NoPermits) => Err(full()),
        }
    }

    /// Queues work of so many bytes whose room is reserved.
    pub(super) fn push(&self, work: Work, bytes: usize, arrived: Instant) -> Result<(), Error> {
        let operations = work.operations();
        let mut state = self.state();
        let refused = if state.closed { Err(closed()) } else { self.hold(&mut state, bytes) };
        if refused.is_err() {
            drop(state);
            self.release(operations);
            return refused;
        }
        state.waiting.push_back(Entry { arrived, bytes, work });
        self.grow(state, operations);
        Ok(())
    }

    /// Counts an operation of so many bytes whose room is reserved, and which is to join a queued group.
    pub(super) fn join(&self, bytes: usize) -> Result<(), Error> {
        let mut state = self.state();
        if let Err(full) = self.hold(&mut state, bytes) {
            drop(state);
            self.release(1);
            return Err(full);
        }
        self.grow(state, 1);
        Ok(())
    }

    pub(super) fn step(&self, in_flight: usize, flush_done: bool) -> Step {
        let mut state = self.state();
        let delay = self.limits.max_delay();
        let Some(oldest) = state.waiting.front().map(|entry| entry.arrived) else {
            state.idle = in_flight == 0;
            return match (in_flight, state.closed) {
                (0, true) => Step::Done,
                (0, false) => Step::Sleep(None),
                // Whoever comes from now on need not wake us to set the timer.
                _ => Step::Sleep(Some(Instant::now() + delay)),
            };
        };
        state.idle = false;
        if in_flight >= self.limits.max_in_flight {
            return Step::Sleep(None);
        }
        let due = in_flight == 0
            || flush_done
            || state.closed
            || state.operations >= self.limits.max_operations
            || oldest + delay <= Instant::now();
        if due { Step::Flush } else { Step::Sleep(Some(oldest + delay)) }
    }

    /// Entries for one flush: as many as may fit, in order of arrival.
    pub(super) fn take(&self) -> VecDeque<Entry> {
        let mut state = self.state();
        let mut operations = 0;
        let fitting = state.waiting.iter().take_while(|entry| {
            let fits = operations < self.limits.max_operations;
            operations += entry.work.operations();
            fits
        });
        let count = fitting.count();
        if count == state.waiting.len() {
            std::mem::take(&mut state.waiting)
        } else {
            state.waiting.drain(..count).collect()
        }
    }

    /// Puts back what did not fit after all, where it came from.
    pub(super) fn put_back(&self, entries: VecDeque<Entry>) {
        let mut state = self.state();
        for entry in entries.into_iter().rev() {
            state.waiting.push_front(entry);
        }
    }

    /// Operations that have left the backlog.
    pub(super) fn settle(&self, operations: usize) {
        let mut state = self.state();
        state.operations = state.operations.saturating_sub(operations);
        drop(state);
        self.room.add_permits(operations);
    }

    /// Bytes that are not held in memory any more.
    pub(super) fn let_go(&self, bytes: usize) {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_sub(bytes);
    }

    /// What `operations` of one entry take of the backlog: never more than it has.
    pub(super) fn charged(&self, operations: usize) -> usize {
        operations.min(self.limits.backlog)
    }

    /// Nothing is accepted any more; what waits is still flushed.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.room.close();
        self.wake.notify_one();
    }

    /// One that is larger than all that may be held is taken when there is nothing else.
    fn hold(&self, state: &mut State, bytes: usize) -> Result<(), Error> {
        if state.bytes > 0 && state.bytes.saturating_add(bytes) > self.limits.backlog_bytes {
            return Err(full());
        }
        state.bytes += bytes;
        Ok(())
    }

    fn grow(&self, mut state: MutexGuard<'_, State>, operations: usize) {
        let before = state.operations;
        state.operations += self.charged(operations);
        let full = before < self.limits.max_operations && state.operations >= self.limits.max_operations;
        let wake = std::mem::take(&mut state.idle) || full;
        drop(state);
        if wake {
            self.wake.notify_one();
        }
    }

    fn release(&self, operations: usize) {
        self.room.add_permits(self.charged(operations));
    }

    fn charge(&self, operations: usize) -> u32 {
        u32::try_from(self.charged(operations)).unwrap_or(u32::MAX)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What waits for room in the backlog, as long as it does.
struct Parked<'a> {
    queue: &'a Queue,
    bytes: usize,
}

impl<'a> Parked<'a> {
    fn take(queue: &'a Queue, bytes: usize) -> Result<Self, Error> {
        queue.hold(&mut queue.state(), bytes)?;
        Ok(Self { queue, bytes })
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.queue.let_go(self.bytes);
    }
}

fn full() -> Error {
    metrics::refused();
    Error::unavailable("the backlog is full")
}

fn closed() -> Error {
    Error::unavailable("this connection to Redis is closing")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Call;

    const DELAY: Duration = Duration::from_millis(5);

    fn queue(waiting: usize) -> Queue {
        let limits = PipelineConfig { max_operations: 3, max_in_flight: 2, ..PipelineConfig::default() };
        let queue = Queue::new(&limits, Duration::from_secs(2));
        for _ in 0..waiting {
            let (reply, _) = tokio::sync::oneshot::channel();
            let work = Work::One { call: Call::new("f", "{k}"), reply };
            queue.try_reserve().unwrap();
            queue.push(work, 0, Instant::now()).unwrap();
        }
        queue
    }

    /// A queue of so many bytes at most, and a way to add to it.
    fn bounded(backlog: usize, backlog_bytes: usize) -> (Queue, impl Fn(&Queue, usize) -> bool) {
        let limits = PipelineConfig { backlog, backlog_bytes, ..PipelineConfig::default() };
        let push = |queue: &Queue, bytes| {
            let (reply, _) = tokio::sync::oneshot::channel();
            queue.try_reserve().unwrap();
            queue.push(Work::One { call: Call::new("f", "{k}"), reply }, bytes, Instant::now()).is_ok()
        };
        (Queue::new(&limits, Duration::from_secs(2)), push)
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_are_taken_up_to_the_limit_and_the_first_one_beyond_gives_its_room_back() {
        let (queue, push) = bounded(3, 100);
        assert!(push(&queue, 60) && push(&queue, 40));
        for _ in 0..10 {
            assert!(!push(&queue, 1));
            queue.try_reserve().unwrap();
            assert!(queue.join(1).is_err());
        }
        queue.let_go(1);
        assert!(push(&queue, 1));
        queue.let_go(100);
        queue.settle(3);
        assert!(push(&queue, 1_000), "alone, whatever its size");
        assert!(!push(&queue, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_for_room_counts_as_long_as_it_waits() {
        let (queue, push) = bounded(1, 100);
        assert!(push(&queue, 50));
        let mut waiting = Box::pin(queue.reserve(1, 50, Instant::now()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(queue.reserve(1, 1, Instant::now()).await.is_err(), "refused at once");
        drop(waiting);
        let mut waiting = Box::pin(queue.reserve(1, 50, Instant::now()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        queue.settle(1);
        waiting.await.unwrap();
        assert_eq!(queue.state().bytes, 50);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_on_its_way_means_at_once() {
        assert_eq!(queue(1).step(0, false), Step::Flush);
        assert_eq!(queue(0).step(0, false), Step::Sleep(None));
    }

    #[tokio::test(start_paused = true)]
    async fn with_a_flush_on_its_way_only_replies_time_or_numbers_let_the_next_one_go() {
        let waiting = queue(2);
        let due = Instant::now() + DELAY;
        assert_eq!(waiting.step(1, false), Step::Sleep(Some(due)));
        assert_eq!(waiting.step(1, true), Step::Flush, "the replies of any flush");
        assert_eq!(queue(3).step(1, false), Step::Flush, "as many as fit");
        tokio::time::advance(DELAY).await;
        assert_eq!(waiting.step(1, false), Step::Flush, "the longest wait");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_flushes_than_allowed_are_on_their_way() {
        assert_eq!(queue(3).step(2, false), Step::Sleep(None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_queue_is_emptied_and_then_done() {
        let queue = queue(1);
        queue.close();
        assert_eq!(queue.step(1, false), Step::Flush);
        queue.settle(queue.take().len());
        assert_ne!(queue.step(1, false), Step::Done, "replies are still to come");
        assert_eq!(queue.step(0, false), Step::Done);
        assert!(queue.try_reserve().is_err());
    }
}
