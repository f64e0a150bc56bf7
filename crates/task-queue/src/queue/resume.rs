//! Lets a queue go on: `lua/queue_pause.lua`.

use super::pause::Stand;
use crate::{
    Error, TaskQueue,
    model::{Queue, QueueName, SwarmName},
};

impl TaskQueue {
    /// Lets a queue go on after a pause or a drain; every claim that waits for it looks again.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn resume_queue(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Queue, Error> {
        self.let_queue(swarm, queue, &Stand { paused: false, draining: false }).await
    }
}
