//! Reads what is said of a swarm: `lua/swarm_get.lua`.

use waggle_core::{Call, Error as RedisError};

use crate::{
    Error, TaskQueue,
    library::function,
    model::{NewSwarm, Stamp, Swarm, SwarmLimits, SwarmName},
    store::{Reader, empty_object},
    task::{refused, root},
};

pub(super) const FUNCTION: &str = function!("swarm_get");

impl TaskQueue {
    /// What is said of a swarm.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_swarm(&self, name: &SwarmName) -> Result<Swarm, Error> {
        let reply = self.inner.redis.call(Call::read_only(FUNCTION, &root(name))).await;
        let reply = Reader::new(FUNCTION, reply.map_err(|error| refused(name, error))?)?;
        Ok(described(name, reply)?)
    }
}

/// Reads what `describe_swarm` of the library returns.
pub(crate) fn described(name: &SwarmName, mut reply: Reader) -> Result<Swarm, RedisError> {
    let description = reply.bytes()?;
    let broken = |_| RedisError::Internal { detail: "a stored swarm cannot be read".to_owned() };
    let said: NewSwarm = description
        .map_or_else(|| Ok(NewSwarm::default()), |text| serde_json::from_slice(&text))
        .map_err(broken)?;
    let created_at = number(&mut reply)?;
    let (paused, quiet) = (reply.bytes()?.is_some(), reply.bytes()?.is_some());
    let limits = SwarmLimits { max_agents: number(&mut reply)?, max_tasks: number(&mut reply)? };
    Ok(Swarm {
        name: name.clone(),
        objective: said.objective,
        topology: said.topology,
        metadata: said.metadata.map_or_else(empty_object, Ok)?,
        limits,
        paused,
        events: !quiet,
        created_at: created_at.map(Stamp),
    })
}

fn number<T: std::str::FromStr>(reply: &mut Reader) -> Result<Option<T>, RedisError> {
    let Some(text) = reply.bytes()? else { return Ok(None) };
    let number = str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| reply.broken("expected a number"))
}
