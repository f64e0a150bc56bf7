//! Reads a stretch of what has happened: `lua/event_read.lua`.

use waggle_core::{Call, Error as RedisError};

use crate::{
    Error, TaskQueue,
    library::function,
    model::{Event, EventId, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("event_read");
/// Begins behind everything: to learn what there is without reading any of it.
const NOTHING: &str = "+";

/// A stretch of a swarm's history, oldest first.
#[derive(Debug)]
pub(crate) struct Stretch {
    /// Whether the swarm's events are turned off.
    pub(crate) off: bool,
    /// Behind the last entry there ever was.
    pub(crate) end: EventId,
    /// Behind the last entry of this stretch; absent where there is none.
    pub(crate) reached: Option<EventId>,
    pub(crate) entries: usize,
    pub(crate) events: Vec<Event>,
    /// The first entry that is kept, where older ones were dropped.
    kept_from: Option<EventId>,
}

impl Stretch {
    /// Whether something behind `position` was dropped before it was read. An entry that was dropped right before the
    /// first one that is kept cannot be told from one that was read: it counts as lost. Behind the start of all time is
    /// whatever is kept.
    pub(crate) fn has_dropped_behind(&self, position: EventId) -> bool {
        position != EventId::START && self.kept_from.is_some_and(|kept| position.entry() < kept.entry())
    }
}

impl TaskQueue {
    /// So many entries at most behind `after`.
    pub(crate) async fn read_events(
        &self,
        swarm: &SwarmName,
        after: EventId,
        entries: usize,
    ) -> Result<Stretch, Error> {
        let mut stretch = self.read_stretch(swarm, &after.following(), entries).await?;
        stretch.events.retain(|event| event.id > after);
        Ok(stretch)
    }

    /// What there is, without any of it.
    pub(crate) async fn look_at_events(&self, swarm: &SwarmName) -> Result<Stretch, Error> {
        self.read_stretch(swarm, NOTHING, 1).await
    }

    async fn read_stretch(&self, swarm: &SwarmName, from: &str, entries: usize) -> Result<Stretch, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(from).arg(entries);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        Ok(stretch(Reader::new(FUNCTION, reply)?)?)
    }
}

fn stretch(mut reply: Reader) -> Result<Stretch, RedisError> {
    let (off, dropped) = (reply.integer()? == 1, reply.integer()? == 1);
    let (first, end) = (position(&mut reply)?, position(&mut reply)?);
    let mut stretch = Stretch {
        off,
        end: end.unwrap_or(EventId::START),
        reached: None,
        entries: reply.remaining() / 2,
        events: Vec::new(),
        kept_from: first.filter(|_| dropped),
    };
    while reply.remaining() > 0 {
        let id = reply.text()?;
        stretch.events.extend(events(&id, &reply.text()?));
        stretch.reached = Some(EventId::behind(&id).map_err(|_| reply.broken("an entry without an id"))?);
    }
    Ok(stretch)
}

fn position(reply: &mut Reader) -> Result<Option<EventId>, RedisError> {
    let text = reply.text()?;
    let behind = |text: &str| EventId::behind(text).map_err(|_| reply.broken("expected the id of an entry"));
    if text.is_empty() { Ok(None) } else { behind(&text).map(Some) }
}

/// An entry that cannot be read must not keep anybody from what follows it.
pub(crate) fn events(entry: &str, text: &str) -> Vec<Event> {
    Event::of_entry(entry, text).unwrap_or_else(|| {
        tracing::warn!(entry, "an entry of the event stream cannot be read and is passed over");
        Vec::new()
    })
}
