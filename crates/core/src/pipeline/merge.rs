use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redis::Value;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::entry::{Group, Taken, Work};
use super::handle::lost;
use super::queue::Queue;
use crate::{Call, Error, trace};

/// Operations of one kind that share a call when they wait at the same time.
///
/// The call is built at the moment the flush starts, so everything that
/// arrived while the flush before was on its way travels in it. `call` and
/// `split` run on the flusher's task: they must neither block nor take long.
pub trait Merge: Send + Sync + 'static {
    /// Items with equal keys may share a call; for example the swarm.
    type Key: Eq + Hash + Clone + Send + Sync;
    /// What one caller brings.
    type Item: Send + 'static;
    /// What one caller gets.
    type Output: Send + 'static;
    /// Items of one call at most; a flush carries no more than
    /// `pipeline.max_operations` whatever this says.
    const MAX_ITEMS: usize;
    /// What the items of one call may weigh together, one item over.
    const MAX_WEIGHT: usize = Self::MAX_ITEMS;
    /// The function that is called; for traces.
    const FUNCTION: &'static str;

    /// What an item costs a call, see [`Merge::MAX_WEIGHT`].
    fn weight(&self, _: &Self::Item) -> usize {
        1
    }

    /// Bytes of an item, more or less: what it takes of the backlog.
    fn bytes(&self, item: &Self::Item) -> usize;

    /// The call for `items`, in the order in which they came.
    fn call(&self, key: &Self::Key, items: &[Self::Item]) -> Call;

    /// One output for each item, in order.
    ///
    /// # Errors
    ///
    /// What is wrong with the reply; every item of the call gets it.
    fn split(
        &self,
        key: &Self::Key,
        items: Vec<Self::Item>,
        reply: Value,
    ) -> Result<Vec<Self::Output>, Error>;
}

/// Runs operations of one kind; cheap to clone.
pub struct Merger<M: Merge> {
    shared: Arc<Shared<M>>,
}

struct Shared<M: Merge> {
    merge: M,
    queue: Arc<Queue>,
    /// Groups that wait for a flush, in order; each stands for one queue entry.
    /// Only the last of a key takes more items.
    pending: Mutex<HashMap<M::Key, VecDeque<Items<M>>>>,
}

/// Items and, at the same index, who waits for their outputs.
struct Items<M: Merge> {
    items: Vec<M::Item>,
    replies: Vec<Reply<M>>,
    /// Of each.
    bytes: Vec<usize>,
    weight: usize,
}

/// Where an output goes, with how many items shared its call.
type Reply<M> = oneshot::Sender<Result<(<M as Merge>::Output, usize), Error>>;
/// Where it comes from.
type Replied<M> = oneshot::Receiver<Result<(<M as Merge>::Output, usize), Error>>;

/// The queue entry of a group, then its place in the flush.
struct Queued<M: Merge> {
    shared: Arc<Shared<M>>,
    key: M::Key,
    taken: Items<M>,
}

impl<M: Merge> Merger<M> {
    pub(super) fn new(merge: M, queue: Arc<Queue>) -> Self {
        Self { shared: Arc::new(Shared { merge, queue, pending: Mutex::default() }) }
    }

    /// Runs one operation, together with whatever waits at the same time.
    ///
    /// A caller that gives up before the flush starts is left out of it.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the backlog stayed full, else what became of
    /// the call the item travelled in.
    pub async fn run(&self, key: M::Key, item: M::Item) -> Result<M::Output, Error> {
        let span = trace::item(M::FUNCTION);
        let result = self.share(key, item).await;
        if let Ok((_, items)) = &result {
            trace::carried(&span, *items);
        }
        trace::ended(&span, &result);
        result.map(|(output, _)| output)
    }

    async fn share(&self, key: M::Key, item: M::Item) -> Result<(M::Output, usize), Error> {
        let (arrived, bytes) = (Instant::now(), self.shared.merge.bytes(&item));
        self.shared.queue.reserve(1, bytes, arrived).await?;
        let replied = Shared::add(&self.shared, key, item, bytes, arrived)?;
        replied.await.unwrap_or_else(|_| Err(lost()))
    }
}

impl<M: Merge> Clone for Merger<M> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<M: Merge> Shared<M> {
    fn add(
        shared: &Arc<Self>,
        key: M::Key,
        item: M::Item,
        bytes: usize,
        arrived: Instant,
    ) -> Result<Replied<M>, Error> {
        let (reply, replied) = oneshot::channel();
        let limit = M::MAX_ITEMS.clamp(1, shared.queue.limits.max_operations);
        let mut pending = shared.pending();
        let weight = shared.merge.weight(&item);
        let has_room = |group: &&mut Items<M>| {
            group.items.len() < limit && group.weight.saturating_add(weight) <= M::MAX_WEIGHT
        };
        let open = pending.get_mut(&key).and_then(VecDeque::back_mut).filter(has_room);
        if let Some(group) = open {
            shared.queue.join(bytes)?;
            group.push(item, reply, bytes, weight);
            return Ok(replied);
        }
        let queued = Queued { shared: Arc::clone(shared), key: key.clone(), taken: Items::default() };
        // Queued before the group can be seen: the lock is held, and the flusher
        // comes for the group only through it.
        shared.queue.push(Work::Group(Box::new(queued)), bytes, arrived)?;
        let mut group = Items::default();
        group.push(item, reply, bytes, weight);
        pending.entry(key).or_default().push_back(group);
        Ok(replied)
    }

    /// Takes the first group of `key`, or its first `room` items.
    fn take(&self, key: &M::Key, room: usize) -> (Items<M>, bool) {
        let mut pending = self.pending();
        let Some(groups) = pending.get_mut(key) else { return (Items::default(), false) };
        let mut group = groups.pop_front().unwrap_or_default();
        let rest = (group.items.len() > room).then(|| group.split_off(room));
        let more = rest.is_some();
        groups.extend(rest);
        if more {
            groups.rotate_right(1);
        }
        if groups.is_empty() {
            pending.remove(key);
        }
        (group, more)
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<M::Key, VecDeque<Items<M>>>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Merge> Group for Queued<M> {
    fn take(&mut self, room: usize) -> Taken {
        let (taken, more) = self.shared.take(&self.key, room);
        let operations = taken.items.len();
        let bytes = taken.bytes.iter().sum();
        self.taken = taken.with_callers();
        let rest = more.then(|| Box::new(self.next()) as Box<dyn Group>);
        Taken { operations, bytes, rest }
    }

    fn build(&mut self) -> Option<Call> {
        let items = &self.taken.items;
        (!items.is_empty()).then(|| {
            let mut call = self.shared.merge.call(&self.key, items);
            call.weight(items.len());
            call
        })
    }

    fn finish(self: Box<Self>, reply: Result<Value, Error>) {
        let Items { items, replies, .. } = self.taken;
        let expected = items.len();
        let outputs =
            reply.and_then(|reply| self.shared.merge.split(&self.key, items, reply)).and_then(|outputs| {
                let enough = outputs.len() == expected;
                enough
                    .then_some(outputs)
                    .ok_or_else(|| Error::internal("not one output for each item of a call"))
            });
        // A caller that is gone does not want it any more.
        match outputs {
            Ok(outputs) => {
                for (reply, output) in replies.into_iter().zip(outputs) {
                    drop(reply.send(Ok((output, expected))));
                }
            }
            Err(error) => {
                for reply in replies {
                    drop(reply.send(Err(error.clone())));
                }
            }
        }
    }
}

impl<M: Merge> Queued<M> {
    /// The entry of the key's next group.
    fn next(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), key: self.key.clone(), taken: Items::default() }
    }
}

impl<M: Merge> Items<M> {
    fn push(&mut self, item: M::Item, reply: Reply<M>, bytes: usize, weight: usize) {
        self.items.push(item);
        self.replies.push(reply);
        self.bytes.push(bytes);
        self.weight = self.weight.saturating_add(weight);
    }

    /// What is split off counts as heavy as it was together: it may travel with less, never with more.
    fn split_off(&mut self, at: usize) -> Self {
        Self {
            items: self.items.split_off(at),
            replies: self.replies.split_off(at),
            bytes: self.bytes.split_off(at),
            weight: self.weight,
        }
    }

    /// Without the items whose callers are gone.
    fn with_callers(self) -> Self {
        if self.replies.iter().all(|reply| !reply.is_closed()) {
            return self;
        }
        let pairs = self.items.into_iter().zip(self.replies);
        let (items, replies) = pairs.filter(|(_, reply)| !reply.is_closed()).unzip();
        Self { items, replies, ..self }
    }
}

impl<M: Merge> Default for Items<M> {
    fn default() -> Self {
        Self { items: Vec::new(), replies: Vec::new(), bytes: Vec::new(), weight: 0 }
    }
}
