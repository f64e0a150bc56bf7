//! What a swarm holds, in numbers: `lua/swarm_stats.lua`.

use waggle_core::{Call, Error as RedisError};

use super::rates::{History, Sample};
use crate::{
    Error, TaskQueue,
    library::function,
    limits::STATS_QUEUES,
    model::{AgentCounts, QueueName, Stats, Status, SwarmName, TaskCounts},
    store::Reader,
    task::{refused, root},
};

pub(crate) const FUNCTION: &str = function!("swarm_stats");

/// Parts of a reply that one queue takes.
pub(crate) const QUEUE_PARTS: usize = 3;

/// What all calls for one answer have told.
#[derive(Default)]
struct Told {
    stats: Stats,
    /// Since when the oldest ready task has been ready.
    oldest: Option<i64>,
    history: History,
}

impl TaskQueue {
    /// Counts by state and queue, agents by status, rates, and the age of the oldest ready task. All of it at one instant
    /// for swarms with up to [`STATS_QUEUES`] queues; more are read in several calls.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn swarm_stats(&self, swarm: &SwarmName) -> Result<Stats, Error> {
        let (mut told, mut after) = (Told::default(), String::new());
        loop {
            let mut call = Call::read_only(FUNCTION, &root(swarm));
            call.arg(after.as_str()).arg(STATS_QUEUES);
            let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
            after = told.add(Reader::new(FUNCTION, reply)?)?;
            if after.is_empty() {
                return Ok(told.done());
            }
        }
    }
}

impl Told {
    /// Adds what one call told; the queue after which to go on.
    fn add(&mut self, mut reply: Reader) -> Result<String, RedisError> {
        let after = reply.text()?;
        let now = reply.integer()?;
        let created_at = reply.bytes()?.and_then(|text| str::from_utf8(&text).ok()?.parse().ok());
        reply.optional_integer()?;
        self.stats.agents = agents(&mut reply)?;
        let mut totals = reply.array()?;
        let seen = Sample { at: now, submitted: total(&mut totals)?, completed: total(&mut totals)? };
        let mut lines = reply.array()?;
        let mut samples = Vec::with_capacity(lines.remaining());
        while lines.remaining() > 0 {
            let mut line = lines.line()?;
            samples.push(Sample { at: line.parse()?, submitted: line.parse()?, completed: line.parse()? });
        }
        self.history = History { created_at, seen, samples };
        while reply.remaining() > 0 {
            self.add_queue(&mut reply)?;
        }
        Ok(after)
    }

    fn add_queue(&mut self, reply: &mut Reader) -> Result<(), RedisError> {
        let (name, tasks, since) = queue(reply, |_, _| {})?;
        if let Some(since) = since {
            self.oldest = Some(self.oldest.map_or(since, |oldest| oldest.min(since)));
        }
        self.stats.tasks.add(tasks);
        self.stats.queues.insert(name, tasks);
        Ok(())
    }

    fn done(mut self) -> Stats {
        let now = self.history.seen.at;
        self.stats.oldest_ready_ms = self.oldest.map(|since| u64::try_from(now - since).unwrap_or(0));
        self.stats.rates = self.history.rates();
        self.stats
    }
}

/// Reads what a reply says of the swarm as a whole, behind the time: since when it has been handing tasks out, absent
/// while it is paused.
pub(crate) fn resumed(reply: &mut Reader) -> Result<Option<i64>, RedisError> {
    reply.bytes()?;
    let resumed = reply.optional_integer()?;
    agents(reply)?;
    reply.array()?;
    reply.array()?;
    Ok(resumed)
}

/// A queue, its tasks, and since when its oldest ready task has been ready.
/// What else is said of it goes to `other`, by its field.
pub(crate) fn queue(
    reply: &mut Reader,
    other: impl FnMut(&str, &[u8]),
) -> Result<(QueueName, TaskCounts, Option<i64>), RedisError> {
    let name = reply.text()?.parse().map_err(|_| reply.broken("a queue without a proper name"))?;
    let tasks = counts(&mut reply.array()?, other)?;
    Ok((name, tasks, reply.optional_integer()?))
}

fn agents(reply: &mut Reader) -> Result<AgentCounts, RedisError> {
    let mut next = || reply.integer().map(|number| u64::try_from(number).unwrap_or(0));
    let (all, present, draining) = (next()?, next()?, next()?);
    Ok(AgentCounts::of(all, present, draining))
}

fn total(totals: &mut Reader) -> Result<u64, RedisError> {
    let Some(text) = totals.bytes()? else { return Ok(0) };
    let number = str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| totals.broken("expected a number"))
}

/// What the arrows of a queue add up to: what a state holds is the sum of those into it less the sum of those out of it.
/// What else is said of the queue goes to `other`, by its field.
pub(crate) fn counts(
    said: &mut Reader,
    mut other: impl FnMut(&str, &[u8]),
) -> Result<TaskCounts, RedisError> {
    let mut counts = TaskCounts::default();
    let mut leaving = TaskCounts::default();
    while said.remaining() > 1 {
        let arrow = said.text()?;
        let Some((from, to)) = arrow.split_once('>') else {
            other(&arrow, &said.bytes()?.unwrap_or_default());
            continue;
        };
        let times = u64::try_from(said.integer()?).unwrap_or(0);
        if let Ok(from) = from.parse::<Status>() {
            *leaving.of(from) += times;
        }
        if let Ok(to) = to.parse::<Status>() {
            *counts.of(to) += times;
        }
    }
    for status in Status::ALL {
        let count = counts.of(status);
        *count = count.saturating_sub(*leaving.of(status));
    }
    Ok(counts)
}
