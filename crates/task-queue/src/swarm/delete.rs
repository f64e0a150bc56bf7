//! Deletes a swarm: `lua/swarm_delete.lua`. Its keys are taken away in the background, see `maintenance/clearer.rs`.

use waggle_core::{Call, Error as RedisError};

use crate::{
    Error, TaskQueue,
    library::function,
    model::SwarmName,
    task::{refused, root},
};

const FUNCTION: &str = function!("swarm_delete");

impl TaskQueue {
    /// Deletes a swarm with all that it holds: from now on there is no such swarm for any call, and soon none of its keys.
    /// After an unknown outcome the same call does no harm: where the first one was applied, it finds no such swarm.
    ///
    /// # Errors
    /// [`Error::DefaultSwarm`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn delete_swarm(&self, name: &SwarmName) -> Result<(), Error> {
        let deleted = self.inner.redis.call(Call::new(FUNCTION, &root(name))).await;
        // Also where nobody knows whether it was applied.
        self.inner.alarms.clearer.at(name, 0);
        deleted.map(drop).map_err(|error| match &error {
            RedisError::Refused { code, .. } if code == "DEFAULTSWARM" => Error::DefaultSwarm,
            _ => refused(name, error),
        })
    }
}
