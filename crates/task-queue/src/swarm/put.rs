//! Makes a swarm, or changes what is said of it: `lua/swarm_put.lua`.

use waggle_core::{Call, Error as RedisError};

use super::{directory::enroll, get::described};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Invalid, NewSwarm, Swarm, SwarmName},
    store::Reader,
    task::root,
};

const FUNCTION: &str = function!("swarm_put");

impl TaskQueue {
    /// Makes a swarm, or changes what is said of one that exists; true when it is new. Saying the same again does no
    /// harm.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::SwarmClosed`] as long as an earlier swarm of this name is being cleared,
    /// [`Error::Redis`].
    pub async fn put_swarm(&self, name: &SwarmName, new: NewSwarm) -> Result<(Swarm, bool), Error> {
        new.check()?;
        enroll(&self.inner.redis, name).await?;
        let reply = self.inner.redis.call(call(name, &new)?).await;
        let mut reply = Reader::new(FUNCTION, reply.map_err(|error| closed(name, error))?)?;
        let created = reply.integer()? == 1;
        let swarm = described(name, reply.array()?)?;
        if created {
            // Somebody who withdraws the name of an earlier swarm may have looked just before this one was made.
            enroll(&self.inner.redis, name).await.map_err(|error| Error::from(error).although_applied())?;
        }
        Ok((swarm, created))
    }
}

fn call(name: &SwarmName, new: &NewSwarm) -> Result<Call, Error> {
    let description = serde_json::to_string(new).map_err(|_| Invalid::field("", "not JSON"))?;
    let limits = new.limits.unwrap_or_default();
    let text = |limit: Option<u64>| limit.map_or_else(String::new, |limit| limit.to_string());
    let mut call = Call::new(FUNCTION, &root(name));
    call.arg(description).arg(text(limits.max_agents)).arg(text(limits.max_tasks));
    call.arg(if new.events.unwrap_or(true) { "" } else { "1" });
    Ok(call)
}

fn closed(name: &SwarmName, error: RedisError) -> Error {
    match &error {
        RedisError::Refused { code, .. } if code == "SWARMCLOSED" => Error::SwarmClosed(name.to_string()),
        _ => Error::Redis(error),
    }
}
