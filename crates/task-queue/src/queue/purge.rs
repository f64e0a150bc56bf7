//! Deletes what waits in a queue: `lua/queue_purge.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    limits::REPAIR_TASKS,
    metrics::{self, TaskEvent},
    model::{Purged, QueueName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_purge");
/// Tasks one call deletes, and scheduled ones of any queue it looks at: bounds its time in Redis.
const TASKS: usize = 100;
const LOOK: usize = 300;
/// Calls of one request: scheduled tasks stand together, whatever their queue is.
const CALLS: usize = 10_000;

impl TaskQueue {
    /// Deletes the ready, scheduled and blocked tasks of a queue, [`REPAIR_TASKS`] of them in one request; running and
    /// finished ones stay. A queue that nobody knows has none.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn purge(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Purged, Error> {
        let mut purged = 0;
        let mut after = String::new();
        for _ in 0..CALLS {
            let mut call = Call::new(FUNCTION, &root(swarm));
            call.arg(queue.as_str()).arg(TASKS.min(REPAIR_TASKS - purged)).arg(LOOK).arg(after.as_str());
            let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error));
            let Some(reply) = Error::unless_begun(reply, purged > 0)? else { break };
            let mut reply = Reader::new(FUNCTION, reply)?;
            let more = reply.count()? == 1;
            after = reply.text()?;
            let deleted = reply.count()?;
            metrics::tasks(TaskEvent::Deleted, deleted);
            purged += deleted;
            if !more {
                return Ok(Purged { purged, more: false });
            }
            if purged >= REPAIR_TASKS {
                break;
            }
        }
        Ok(Purged { purged, more: true })
    }
}
