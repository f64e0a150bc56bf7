//! Reads what is said of a swarm: `lua/swarm_get.lua`.

use waggle_core::{Call, Error as RedisError};

use crate::{
    Error, TaskQueue,
    library::function,
    model::{NewSwarm, Stamp, Swarm, SwarmName},
    store::{Reader, empty_object},
    task::{refused, root},
};

const FUNCTION: &str = function!("swarm_get");

impl TaskQueue {
    /// What is said of a swarm.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_swarm(&self, name: &SwarmName) -> Result<Swarm, Error> {
        let reply = self.inner.redis.call(Call::read_only(FUNCTION, &root(name))).await;
        let mut reply = Reader::new(FUNCTION, reply.map_err(|error| refused(name, error))?)?;
        let description = reply.bytes()?;
        let created_at = reply.bytes()?.and_then(|text| str::from_utf8(&text).ok()?.parse().ok());
        let description = description.as_deref().map(String::from_utf8_lossy);
        describe(name, description.as_deref(), created_at)
    }
}

pub(super) fn describe(
    name: &SwarmName,
    description: Option<&str>,
    created_at: Option<i64>,
) -> Result<Swarm, Error> {
    let broken = |_| RedisError::Internal { detail: "a stored swarm cannot be read".to_owned() };
    let said: NewSwarm =
        description.map_or_else(|| Ok(NewSwarm::default()), serde_json::from_str).map_err(broken)?;
    Ok(Swarm {
        name: name.clone(),
        objective: said.objective,
        topology: said.topology,
        metadata: said.metadata.map_or_else(empty_object, Ok)?,
        created_at: created_at.map(Stamp),
    })
}
