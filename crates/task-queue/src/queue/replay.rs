//! Lets the failed tasks of a queue be tried again: `lua/queue_replay.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    limits::REPAIR_TASKS,
    metrics::{self, TaskEvent},
    model::{QueueName, Replayed, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_replay");
/// Tasks one call looks at: bounds its time in Redis.
const TASKS: usize = 100;
/// Calls of one request: one that has done enough stops before it has looked at so many tasks.
const CALLS: usize = 10_000;

impl TaskQueue {
    /// Lets the failed tasks of a queue be tried again, [`REPAIR_TASKS`] of them in one request: ready, or blocked where they
    /// depend on others. One whose deduplication
    /// key another task has, or that the swarm has no room for, stays failed.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn replay(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Replayed, Error> {
        let mut replayed = 0;
        let mut after = String::new();
        for _ in 0..CALLS {
            let mut call = Call::new(FUNCTION, &root(swarm));
            call.arg(queue.as_str()).arg(TASKS.min(REPAIR_TASKS - replayed)).arg(after.as_str());
            let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error));
            let Some(reply) = Error::unless_begun(reply, replayed > 0)? else { break };
            let mut reply = Reader::new(FUNCTION, reply)?;
            after = reply.text()?;
            let retried = reply.count()?;
            metrics::tasks(TaskEvent::Retried, retried);
            replayed += retried;
            if after.is_empty() {
                return Ok(Replayed { replayed, more: false });
            }
            if replayed >= REPAIR_TASKS {
                break;
            }
        }
        Ok(Replayed { replayed, more: true })
    }
}
