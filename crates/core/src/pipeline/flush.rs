use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use redis::{Pipeline, Value};
use tokio::time::Instant;

use super::entry::{Entry, Recipient, Taken, Work};
use super::queue::Queue;
use crate::handle::Backend;
use crate::perf::{Count, Recorder, Series};
use crate::{Call, Error, metrics};

/// One write to Redis and who waits for which of its replies.
pub(super) struct Flush {
    commands: Pipeline,
    recipients: Vec<Recipient>,
    operations: usize,
    /// What it takes of the backlog in bytes until it is answered.
    bytes: usize,
    /// How long the one that came first has waited.
    waited: Duration,
}

/// A flush while it is put together.
struct Binding<'a> {
    queue: &'a Queue,
    flush: Flush,
    /// Operations that will be sent.
    operations: usize,
    /// Room in the backlog that is free again, for callers that are gone as well.
    settled: usize,
    /// The same in bytes, for callers that are gone as well.
    bytes: usize,
    oldest: Option<Instant>,
}

impl Flush {
    /// Takes what waits and binds it now, as late as possible. `None` where
    /// everybody who waited is gone.
    pub(super) fn bind(queue: &Queue) -> Option<Self> {
        let mut waiting = queue.take();
        let mut binding = Binding::new(queue, waiting.len());
        while let Some(entry) = waiting.pop_front() {
            if let Some(entry) = binding.add(entry) {
                waiting.push_front(entry);
                break;
            }
        }
        queue.put_back(waiting);
        queue.settle(binding.settled);
        let bytes = binding.bytes;
        let flush = binding.finished();
        if flush.is_none() {
            queue.let_go(bytes);
        }
        flush
    }

    /// Sends, waits, and hands each reply to who waits for it.
    pub(super) async fn run(self, queue: &Queue, backend: &Backend) {
        self.record(backend.perf());
        let mut replies = backend.round_trip(self.commands).await.into_iter();
        queue.let_go(self.bytes);
        for recipient in self.recipients {
            recipient.answer(&mut replies);
        }
    }

    fn record(&self, perf: &Recorder) {
        metrics::flushed(self.operations, self.waited);
        let operations = self.operations as u64;
        perf.record_value(Series::BatchSize, operations, 1);
        perf.count(Count::PipelineOperations, operations);
        perf.record(Series::BatchWait, self.waited);
    }
}

impl<'a> Binding<'a> {
    fn new(queue: &'a Queue, entries: usize) -> Self {
        let flush = Flush {
            commands: Pipeline::with_capacity(entries),
            recipients: Vec::with_capacity(entries),
            operations: 0,
            bytes: 0,
            waited: Duration::ZERO,
        };
        Self { queue, flush, operations: 0, settled: 0, bytes: 0, oldest: None }
    }

    /// Adds an entry; returns it, or what is left of it, when it does not fit.
    fn add(&mut self, entry: Entry) -> Option<Entry> {
        let Entry { arrived, bytes, work } = entry;
        let room = self.queue.limits.max_operations.saturating_sub(self.operations);
        // More than a flush may carry goes alone.
        let fits = work.operations() <= room || self.operations == 0;
        if !fits {
            return Some(Entry { arrived, bytes, work });
        }
        let too_late = arrived.elapsed() > self.queue.patience;
        if !matches!(work, Work::Group(_)) {
            self.settled += self.queue.charged(work.operations());
            self.bytes += bytes;
        }
        match work {
            Work::One { call, reply } if reply.is_closed() => drop(call),
            Work::One { reply, .. } if too_late => drop(reply.send(Err(waited()))),
            Work::One { call, reply } => self.push(arrived, [call], Recipient::One(reply)),
            Work::Batch { calls, reply } if reply.is_closed() => drop(calls),
            Work::Batch { calls, reply } if too_late => {
                drop(reply.send(calls.iter().map(|_| Err(waited())).collect()));
            }
            Work::Batch { calls, reply } => {
                let recipient = Recipient::Batch(calls.len(), reply);
                self.push(arrived, calls, recipient);
            }
            Work::Late(mut late) => {
                if let Some(call) = guarded(|| late.build()).flatten() {
                    self.push(arrived, [call], Recipient::Late(late));
                }
            }
            Work::Group(mut group) => {
                let Taken { operations, bytes: taken, rest } = group.take(room);
                self.settled += operations;
                self.bytes += taken;
                match guarded(|| group.build()).flatten() {
                    Some(_) if too_late => group.finish(Err(waited())),
                    Some(call) => self.push(arrived, [call], Recipient::Group(group)),
                    None => {}
                }
                return rest.map(|group| Entry { arrived, bytes, work: Work::Group(group) });
            }
        }
        None
    }

    fn push(&mut self, arrived: Instant, calls: impl IntoIterator<Item = Call>, recipient: Recipient) {
        for call in calls {
            self.operations += call.operations();
            self.flush.commands.add_command(call.into_cmd());
        }
        self.flush.recipients.push(recipient);
        self.oldest.get_or_insert(arrived);
    }

    fn finished(self) -> Option<Flush> {
        let waited = self.oldest?.elapsed();
        Some(Flush { operations: self.operations, bytes: self.bytes, waited, ..self.flush })
    }
}

impl Recipient {
    fn answer(self, replies: &mut impl Iterator<Item = Result<Value, Error>>) {
        let mut next =
            || replies.next().unwrap_or_else(|| Err(Error::internal("fewer replies than commands")));
        // A caller that is gone does not want it any more.
        match self {
            Self::One(reply) => drop(reply.send(next())),
            Self::Batch(count, reply) => {
                let replies = (0..count).map(|_| next()).collect();
                drop(reply.send(replies));
            }
            Self::Late(late) => {
                let reply = next();
                guarded(|| late.finish(reply));
            }
            Self::Group(group) => {
                let reply = next();
                guarded(|| group.finish(reply));
            }
        }
    }
}

/// Keeps a fault in one operation's code from ending the flusher, and with it
/// every other operation.
fn guarded<T>(act: impl FnOnce() -> T) -> Option<T> {
    let result = catch_unwind(AssertUnwindSafe(act));
    if result.is_err() {
        tracing::error!("an operation panicked while its call was built or answered");
    }
    result.ok()
}

fn waited() -> Error {
    Error::unavailable("the call waited too long for its turn and was not sent")
}
