//! Counts queues: `lua/swarm_stats.lua`.

use waggle_core::{Call, Error as RedisError};

use super::figures::QueueSeen;
use crate::queue::Limits;
use crate::{
    Error, TaskQueue,
    limits::STATS_QUEUES,
    model::SwarmName,
    store::Reader,
    swarm::stats,
    task::{refused, root},
};

impl TaskQueue {
    /// A stretch of a swarm's queues behind `after`.
    pub(super) async fn count_queues(&self, swarm: &SwarmName, after: &str) -> Result<Page, Error> {
        let mut call = Call::read_only(stats::FUNCTION, &root(swarm));
        call.arg(after).arg(STATS_QUEUES);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        Ok(page(Reader::new(stats::FUNCTION, reply)?)?)
    }
}

/// A stretch of the queues of a swarm.
pub(super) struct Page {
    pub(super) queues: Vec<QueueSeen>,
    /// The queue behind which to go on; empty at the end.
    pub(super) next: String,
    /// For how long the swarm has been handing tasks out, in milliseconds; absent while it is paused.
    pub(super) handing_out_ms: Option<u64>,
}

pub(super) fn page(mut reply: Reader) -> Result<Page, RedisError> {
    let (next, now) = (reply.text()?, reply.integer()?);
    let ms_since = |since: i64| u64::try_from(now - since).unwrap_or(0);
    let handing_out_ms = stats::resumed(&mut reply)?.map(ms_since);
    let mut queues = Vec::with_capacity(reply.remaining() / stats::QUEUE_PARTS);
    while reply.remaining() > 0 {
        let mut limits = Limits::default();
        let (name, tasks, since) = stats::queue(&mut reply, |field, text| limits.note(field, text))?;
        let held_back = limits.hold_back(now);
        queues.push(QueueSeen { name, tasks, oldest_ready_ms: since.map(ms_since), held_back });
    }
    Ok(Page { queues, next, handing_out_ms })
}
