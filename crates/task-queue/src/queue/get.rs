//! Reads a queue: `lua/queue_get.lua`.

use waggle_core::Call;

use super::record::queue_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Queue, QueueName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_get");

impl TaskQueue {
    /// A queue: what is said of it, and what it holds.
    ///
    /// # Errors
    /// [`Error::QueueNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_queue(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Queue, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(queue.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        match reply.text()?.as_str() {
            "NOTFOUND" => Err(Error::QueueNotFound(queue.to_string())),
            now => {
                let now = now.parse().map_err(|_| reply.broken("expected a time"))?;
                Ok(queue_of_record(reply.array()?, now)?)
            }
        }
    }
}
