//! Ends an agent's subscription to a topic: `lua/subscription_delete.lua`.

use waggle_core::{Call, Error as RedisError};

use super::put::word;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{AgentName, SwarmName, TopicName},
    task::{refused, root},
};

const FUNCTION: &str = function!("subscription_delete");

impl TaskQueue {
    /// What is sent to `topic` from now on does not reach the agent's inbox. Where it does not subscribe, nothing changes.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn delete_subscription(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        topic: &TopicName,
    ) -> Result<(), Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(agent.as_str()).arg(topic.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        match word(&reply) {
            "ok" => Ok(()),
            "AGENTNOTFOUND" => Err(Error::AgentNotFound(agent.to_string())),
            _ => Err(RedisError::Internal { detail: format!("{FUNCTION}: a word nobody knows") }.into()),
        }
    }
}
