//! Registers an agent, or changes what is said of it: `lua/agent_put.lua`.

use waggle_core::{Call, Value};

use super::record::agent_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Agent, AgentName, Json, NewAgent, SwarmName},
    store::{Reader, joined},
    task::{refused, root},
};

const FUNCTION: &str = function!("agent_put");

impl TaskQueue {
    /// Registers an agent, or changes what is said of one that is there; true when it is new.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::TooManyAgents`], [`Error::SwarmNotFound`], [`Error::Redis`]. After an unknown
    /// outcome the same call does no harm.
    pub async fn put_agent(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        mut new: NewAgent,
    ) -> Result<(Agent, bool), Error> {
        new.check()?;
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(agent.as_str())
            .arg(new.capacity)
            .arg(joined(&new.capabilities))
            .arg(new.ttl_ms)
            .arg(new.metadata.as_ref().map_or("", Json::as_str))
            .arg(new.inbox_limit);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let created = match reply.value()? {
            Value::Int(created) => created == 1,
            Value::BulkString(word) if word == b"TOOMANYAGENTS" => return Err(Error::TooManyAgents),
            _ => return Err(reply.broken("a word nobody knows").into()),
        };
        let agent = agent_of_record(FUNCTION, reply.value()?)?;
        Ok((agent.ok_or_else(|| reply.broken("the agent is missing"))?, created))
    }
}
