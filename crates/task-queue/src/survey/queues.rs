//! Counts queues: `lua/swarm_stats.lua`.

use waggle_core::{Call, Error as RedisError};

use super::figures::QueueSeen;
use crate::{
    Error, TaskQueue,
    limits::STATS_QUEUES,
    model::SwarmName,
    store::Reader,
    swarm::stats,
    task::{refused, root},
};

impl TaskQueue {
    /// A stretch of a swarm's queues behind `after`, and the one behind which to go on; empty at the end.
    pub(super) async fn count_queues(
        &self,
        swarm: &SwarmName,
        after: &str,
    ) -> Result<(Vec<QueueSeen>, String), Error> {
        let mut call = Call::read_only(stats::FUNCTION, &root(swarm));
        call.arg(after).arg(STATS_QUEUES);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        Ok(page(Reader::new(stats::FUNCTION, reply)?)?)
    }
}

pub(super) fn page(mut reply: Reader) -> Result<(Vec<QueueSeen>, String), RedisError> {
    let (next, now) = (reply.text()?, reply.integer()?);
    stats::skip_swarm(&mut reply)?;
    let mut queues = Vec::with_capacity(reply.remaining() / stats::QUEUE_PARTS);
    while reply.remaining() > 0 {
        let (name, tasks, since) = stats::queue(&mut reply)?;
        let oldest_ready_ms = since.map(|since| u64::try_from(now - since).unwrap_or(0));
        queues.push(QueueSeen { name, tasks, oldest_ready_ms });
    }
    Ok((queues, next))
}
