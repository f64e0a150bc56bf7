//! Lists the state, or waits for its next change: `lua/state_list.lua`, `lua/state_watch.lua`.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::Span;
use waggle_core::{Call, trace};

use super::{cursor::Cursor, entry::read_entry};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Invalid, StateItem, StateKey, StatePage, StateQuery, SwarmName},
    store::Reader,
    task::{refused, root},
    waiters::Topic,
};

const FUNCTION: &str = function!("state_list");
/// How long one who waits trusts that it would have been woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Calls one look may take; a page of which much had expired or was of other prefixes may be short, and goes on.
const CALLS: usize = 20;
/// Bytes of values after which a page is full, as each call counts them too.
const PAGE_BYTES: usize = 4 * 1_024 * 1_024;

/// Where a look begins.
#[derive(Debug, Clone)]
enum Start {
    /// At the first key, or behind one; with the version the swarm had when the list began.
    Keys(Option<(u64, StateKey)>),
    /// Behind a version.
    Version(u64),
}

impl TaskQueue {
    /// A page of the state; where it would be empty it waits up to `wait` for a change that makes it another.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a prefix, a limit or a cursor, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn list_state(
        &self,
        swarm: &SwarmName,
        query: &StateQuery,
        wait: Duration,
    ) -> Result<StatePage, Error> {
        let limit = query.check()?;
        let mut start = start(query)?;
        let _waiting = if wait.is_zero() { Span::none() } else { trace::wait("state.wait") };
        let deadline = Instant::now() + wait;
        let watch = (!wait.is_zero()).then(|| self.inner.waiters.watch(swarm, Topic::State));
        loop {
            let woken = watch.as_ref().map(|watch| watch.woken());
            let page = self.look_at_state(swarm, &start, &query.prefix, limit).await?;
            let over = Instant::now() >= deadline || self.inner.waiters.is_draining();
            let Some(woken) = woken.filter(|_| page.items.is_empty() && !over) else { return Ok(page) };
            match &mut start {
                Start::Version(since) => *since = page.version.max(*since),
                // Nothing but what has expired: who asked may go on from there.
                Start::Keys(_) if page.next_cursor.is_some() => return Ok(page),
                Start::Keys(_) => {}
            }
            if page.next_cursor.is_none() {
                // Either a wake-up or the time to look again: both lead to another look.
                let _woken_or_not = timeout_at(deadline.min(Instant::now() + LOOK_AGAIN), woken).await;
            }
        }
    }

    async fn look_at_state(
        &self,
        swarm: &SwarmName,
        start: &Start,
        prefix: &str,
        limit: usize,
    ) -> Result<StatePage, Error> {
        match start {
            Start::Keys(from) => self.list_keys(swarm, from.clone(), prefix, limit).await,
            Start::Version(since) => self.list_changes(swarm, *since, prefix, limit).await,
        }
    }

    async fn list_keys(
        &self,
        swarm: &SwarmName,
        from: Option<(u64, StateKey)>,
        prefix: &str,
        limit: usize,
    ) -> Result<StatePage, Error> {
        let (mut began_at, mut after) = from.unzip();
        let mut items = Vec::new();
        for _ in 0..CALLS {
            let (version, next) = self.read_keys(swarm, prefix, after.as_ref(), limit, &mut items).await?;
            began_at = began_at.or(Some(version));
            after = next;
            if after.is_none() || is_full(&items, limit) {
                break;
            }
        }
        let version = began_at.unwrap_or(0);
        let next_cursor = after.map(|after| Cursor::Key { began_at: version, after }.encode());
        Ok(StatePage { items, next_cursor, version })
    }

    /// Adds keys to `items`, up to `limit`; the swarm's version, and where to go on.
    async fn read_keys(
        &self,
        swarm: &SwarmName,
        prefix: &str,
        after: Option<&StateKey>,
        limit: usize,
        items: &mut Vec<StateItem>,
    ) -> Result<(u64, Option<StateKey>), Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(prefix).arg(after.map_or("", StateKey::as_str)).arg(limit - items.len());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (version, next) = (reply.unsigned()?, reply.text()?);
        let no_key = |reply: &Reader| reply.broken("a state key that is none");
        while reply.remaining() > 0 {
            let key = reply.text()?.parse().map_err(|_| no_key(&reply))?;
            let stored = reply.bytes()?.unwrap_or_default();
            items.push(StateItem::Entry(read_entry(FUNCTION, key, &stored, &self.inner.codec)?));
        }
        let next = (!next.is_empty()).then(|| next.parse().map_err(|_| no_key(&reply)));
        Ok((version, next.transpose()?))
    }

    async fn list_changes(
        &self,
        swarm: &SwarmName,
        since: u64,
        prefix: &str,
        limit: usize,
    ) -> Result<StatePage, Error> {
        let (mut items, mut reached, mut more) = (Vec::new(), since, true);
        for _ in 0..CALLS {
            let changes = self.read_changes(swarm, reached, prefix, limit - items.len()).await?;
            items.extend(changes.items);
            (reached, more) = (changes.version, changes.more);
            if !more || is_full(&items, limit) {
                break;
            }
        }
        let next_cursor = more.then(|| Cursor::Version(reached).encode());
        Ok(StatePage { items, next_cursor, version: reached })
    }
}

fn is_full(items: &[StateItem], limit: usize) -> bool {
    let bytes = |item: &StateItem| match item {
        StateItem::Entry(entry) => entry.value.as_bytes().len(),
        StateItem::Deleted(_) => 0,
    };
    items.len() >= limit || items.iter().map(bytes).sum::<usize>() >= PAGE_BYTES
}

fn start(query: &StateQuery) -> Result<Start, Invalid> {
    let cursor = query.cursor.as_deref().map(Cursor::decode).transpose()?;
    match (cursor, query.since_version) {
        (None, None) => Ok(Start::Keys(None)),
        (None, Some(since)) => Ok(Start::Version(since)),
        (Some(Cursor::Key { began_at, after }), None) if after.as_str().starts_with(&query.prefix) => {
            Ok(Start::Keys(Some((began_at, after))))
        }
        (Some(Cursor::Version(version)), Some(_)) => Ok(Start::Version(version)),
        (Some(_), _) => Err(Invalid::field("/cursor", "a cursor of another list: begin again without one")),
    }
}
