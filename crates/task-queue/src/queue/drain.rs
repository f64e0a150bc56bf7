//! Lets a queue take nothing in: `lua/queue_pause.lua`.

use super::pause::Stand;
use crate::{
    Error, TaskQueue,
    model::{Queue, QueueName, SwarmName},
};

impl TaskQueue {
    /// Lets a queue take no more tasks in, while it hands out what it has: a submit is refused.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn drain_queue(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Queue, Error> {
        self.let_queue(swarm, queue, &Stand { paused: false, draining: true }).await
    }
}
