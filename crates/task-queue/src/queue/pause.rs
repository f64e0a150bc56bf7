//! Lets a queue hand nothing out: `lua/queue_pause.lua`.

use waggle_core::Call;

use super::record::queue_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Queue, QueueName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_pause");

/// What a queue does.
pub(super) struct Stand {
    pub(super) paused: bool,
    pub(super) draining: bool,
}

impl TaskQueue {
    /// Lets a queue hand nothing out, until it is resumed; heartbeats and settlements go on.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn pause_queue(&self, swarm: &SwarmName, queue: &QueueName) -> Result<Queue, Error> {
        self.let_queue(swarm, queue, &Stand { paused: true, draining: false }).await
    }

    pub(super) async fn let_queue(
        &self,
        swarm: &SwarmName,
        queue: &QueueName,
        stand: &Stand,
    ) -> Result<Queue, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(queue.as_str()).arg(u8::from(stand.paused)).arg(u8::from(stand.draining));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let now = reply.integer()?;
        Ok(queue_of_record(reply.array()?, now)?)
    }
}
