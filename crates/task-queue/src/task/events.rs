//! Reads what has happened to one task: `lua/task_events.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    event::events,
    library::function,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Event, EventId, Invalid, Page, SwarmName, TaskId},
    store::Reader,
};

const FUNCTION: &str = function!("task_events");
/// Entries of the stream one call looks at: bounds its time in Redis.
const LOOK: usize = 500;
/// Calls one page may take: as a rule they reach from one end of the stream to the other.
const CALLS: usize = 24;
/// How far the clock that made a task's id may be ahead of Redis's, in milliseconds.
const SKEW_MS: u64 = 60_000;

/// What one call has found.
struct Found {
    is_there: bool,
    events: Vec<Event>,
    /// Behind the last entry looked at; absent at the end of the stream.
    reached: Option<EventId>,
}

impl TaskQueue {
    /// A page of a task's history, oldest first, as far as the swarm's stream of events reaches back: 50 events when
    /// `limit` names no number, behind `after`, which is the `next_cursor` of the page before. A page may be short and
    /// still have a cursor.
    ///
    /// # Errors
    /// [`Error::TaskNotFound`] where there is neither the task nor anything that happened to it, [`Error::Invalid`]
    /// for a limit, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn events(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        limit: Option<usize>,
        after: Option<EventId>,
    ) -> Result<Page<Event>, Error> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let (mut items, mut position, mut is_there) = (Vec::new(), after, false);
        let mut goes_on = true;
        for _ in 0..CALLS {
            let found = self.look_for_task(swarm, id, position).await?;
            is_there = found.is_there;
            items.extend(found.events);
            goes_on = found.reached.is_some();
            position = found.reached.or(position);
            if !goes_on || items.len() > limit {
                break;
            }
        }
        if items.is_empty() && !is_there && !goes_on && after.is_none() {
            return Err(Error::TaskNotFound(id));
        }
        if items.len() > limit {
            items.truncate(limit);
            position = items.last().map(|event| event.id);
            goes_on = true;
        }
        Ok(Page { items, next_cursor: position.filter(|_| goes_on).map(|position| position.to_string()) })
    }

    async fn look_for_task(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        after: Option<EventId>,
    ) -> Result<Found, Error> {
        let from = after.map_or_else(String::new, EventId::following);
        let made_ms = id.made_ms().unwrap_or_default().saturating_sub(SKEW_MS);
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36])).arg(from).arg(made_ms).arg(LOOK);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (is_there, reached) = (reply.integer()? == 1, reply.text()?);
        let mut found = Vec::new();
        while reply.remaining() > 0 {
            let entry = reply.text()?;
            found.extend(events(&entry, &reply.text()?));
        }
        found.retain(|event| event.task == Some(id) && after.is_none_or(|after| event.id > after));
        let broken = |_| reply.broken("an entry without an id");
        let reached =
            if reached.is_empty() { None } else { Some(EventId::behind(&reached).map_err(broken)?) };
        Ok(Found { is_there, events: found, reached })
    }
}
