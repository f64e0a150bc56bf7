//! Subscribes an agent to a topic: `lua/subscription_put.lua`.

use waggle_core::{Call, Error as RedisError, Value};

use crate::{
    Error, TaskQueue,
    library::function,
    model::{AgentName, SwarmName, TopicName},
    task::{refused, root},
};

const FUNCTION: &str = function!("subscription_put");

impl TaskQueue {
    /// What is sent to `topic` from now on reaches the agent's inbox. Subscribing again changes nothing.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::TooManySubscriptions`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn put_subscription(
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
            "TOOMANYSUBSCRIPTIONS" => Err(Error::TooManySubscriptions(agent.to_string())),
            _ => Err(RedisError::Internal { detail: format!("{FUNCTION}: a word nobody knows") }.into()),
        }
    }
}

/// A reply of one word.
pub(super) fn word(reply: &Value) -> &str {
    match reply {
        Value::BulkString(word) => str::from_utf8(word).unwrap_or_default(),
        Value::SimpleString(word) => word,
        _ => "",
    }
}
