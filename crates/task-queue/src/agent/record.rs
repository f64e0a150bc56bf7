//! An agent as `lua/parts/agent_record.lua` answers it.

use waggle_core::{Call, Error as RedisError, Value};

use crate::{
    Error, TaskQueue,
    model::{Agent, AgentName, AgentStatus, Capability, Json, Stamp, SwarmName, Usage},
    store::{Reader, empty_object},
    task::{refused, root},
};

impl TaskQueue {
    /// Calls a function that takes an agent and answers with it.
    pub(super) async fn on_agent(
        &self,
        function: &'static str,
        begin: fn(&str, &str) -> Call,
        swarm: &SwarmName,
        agent: &AgentName,
    ) -> Result<Agent, Error> {
        let mut call = begin(function, &root(swarm));
        call.arg(agent.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        agent_of_record(function, reply)?.ok_or_else(|| Error::AgentNotFound(agent.to_string()))
    }
}

/// The agent, if there is one.
pub(super) fn agent_of_record(call: &'static str, reply: Value) -> Result<Option<Agent>, RedisError> {
    if matches!(reply, Value::Nil | Value::Boolean(false)) {
        return Ok(None);
    }
    let mut reply = Reader::new(call, reply)?;
    let name: AgentName =
        reply.text()?.parse().map_err(|_| reply.broken("an agent without a proper name"))?;
    let status = status(&reply.text()?).ok_or_else(|| reply.broken("an unknown status"))?;
    let capacity = count(&mut reply)?;
    let capabilities = capabilities(&mut reply)?;
    let ttl_ms = count(&mut reply)?;
    let metadata = metadata(&mut reply)?;
    let inbox_limit = count(&mut reply)?;
    let registered_at = Stamp(reply.integer()?);
    let last_seen_at = Stamp(reply.integer()?);
    let [completed, failed, expired, busy_ms, running, unread] = counts(&mut reply)?;
    let [tokens, usd_micros, wall_ms] = counts(&mut reply)?;
    Ok(Some(Agent {
        name,
        capabilities,
        capacity,
        running,
        status,
        last_seen_at,
        registered_at,
        metadata,
        completed,
        failed,
        expired,
        busy_ms,
        ttl_ms,
        inbox_limit,
        unread,
        usage: Usage { tokens, usd_micros, wall_ms }.unless_zero(),
    }))
}

fn status(word: &str) -> Option<AgentStatus> {
    [AgentStatus::Live, AgentStatus::Draining, AgentStatus::Lost]
        .into_iter()
        .find(|status| status.as_str() == word)
}

fn count(reply: &mut Reader) -> Result<u64, RedisError> {
    Ok(u64::try_from(reply.integer()?).unwrap_or(0))
}

fn counts<const N: usize>(reply: &mut Reader) -> Result<[u64; N], RedisError> {
    let mut counts = [0; N];
    for place in &mut counts {
        *place = count(reply)?;
    }
    Ok(counts)
}

fn capabilities(reply: &mut Reader) -> Result<Vec<Capability>, RedisError> {
    let joined = reply.text()?;
    let names = joined.split(',').filter(|name| !name.is_empty()).map(str::parse);
    names.collect::<Result<_, _>>().map_err(|_| reply.broken("a capability without a proper name"))
}

fn metadata(reply: &mut Reader) -> Result<Json, RedisError> {
    match reply.text()? {
        text if text.is_empty() => empty_object(),
        text => Json::parse(text).map_err(|_| reply.broken("metadata that is not JSON")),
    }
}
