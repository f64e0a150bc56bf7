//! Says what the limits and defaults of a queue are: `lua/queue_put.lua`.

use waggle_core::Call;

use super::{record::queue_of_record, rules::rules_text};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Queue, QueueName, QueueSettings, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_put");

impl TaskQueue {
    /// Replaces what is said of a queue; whether it is paused or drains is kept. Returns it, and whether it is new.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn put_queue(
        &self,
        swarm: &SwarmName,
        queue: &QueueName,
        settings: QueueSettings,
    ) -> Result<(Queue, bool), Error> {
        settings.check()?;
        let rules = rules_text(&settings, false, false)?;
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(queue.as_str()).arg(rules);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (existed, now) = (reply.integer()? == 1, reply.integer()?);
        Ok((queue_of_record(reply.array()?, now)?, !existed))
    }
}
