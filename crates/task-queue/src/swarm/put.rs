//! Makes a swarm, or changes what is said of it: `lua/swarm_put.lua`.

use waggle_core::Call;

use super::get::describe;
use crate::{
    Error, TaskQueue,
    keys::DIRECTORY_ROOT,
    library::function,
    limits::METADATA_BYTES,
    model::{Invalid, Json, NewSwarm, Swarm, SwarmLimits, SwarmName},
    store::Reader,
    task::root,
};

const FUNCTION: &str = function!("swarm_put");

impl TaskQueue {
    /// Makes a swarm, or changes what is said of one that exists; true when it is new.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Redis`].
    pub async fn put_swarm(&self, name: &SwarmName, new: NewSwarm) -> Result<(Swarm, bool), Error> {
        check(&new)?;
        let description = serde_json::to_string(&new).map_err(|_| Invalid::field("", "not JSON"))?;
        let mut enroll = Call::new(function!("swarm_enroll"), DIRECTORY_ROOT);
        enroll.arg(name.as_str());
        self.inner.redis.call(enroll).await?;
        let mut put = Call::new(FUNCTION, &root(name));
        put.arg(description.as_str());
        let mut reply = Reader::new(FUNCTION, self.inner.redis.call(put).await?)?;
        let (created, created_at) = (reply.integer()? == 1, reply.integer()?);
        Ok((describe(name, Some(&description), Some(created_at))?, created))
    }
}

fn check(new: &NewSwarm) -> Result<(), Invalid> {
    let metadata = new.metadata.as_ref();
    if !metadata.is_none_or(Json::is_object) {
        return Err(Invalid::field("/metadata", "a JSON object"));
    }
    if new.limits.as_ref().is_some_and(|limits| *limits != SwarmLimits::default()) {
        return Err(Invalid::field(
            "/limits",
            "this version does not act on it yet: leave it out or send nulls",
        ));
    }
    let text = new.objective.as_ref().map_or(0, String::len) + new.topology.as_ref().map_or(0, String::len);
    if text + metadata.map_or(0, |json| json.as_bytes().len()) > METADATA_BYTES {
        return Err(Invalid::field(
            "/metadata",
            format!("at most {METADATA_BYTES} bytes, objective and topology included"),
        ));
    }
    Ok(())
}
