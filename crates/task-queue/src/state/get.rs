//! Reads a key of the state: `lua/state_get.lua`.

use waggle_core::{Call, Value};

use super::entry::read_entry;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{StateEntry, StateKey, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("state_get");

impl TaskQueue {
    /// A key and its value.
    ///
    /// # Errors
    /// [`Error::StateNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_state(&self, swarm: &SwarmName, key: StateKey) -> Result<StateEntry, Error> {
        let not_found = Error::StateNotFound(key.to_string());
        self.find_state(swarm, key).await?.ok_or(not_found)
    }

    pub(super) async fn find_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
    ) -> Result<Option<StateEntry>, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(key.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let stored = Reader::new(FUNCTION, Value::Array(vec![reply]))?.bytes()?;
        let entry = stored.map(|stored| read_entry(FUNCTION, key, &stored, &self.inner.codec));
        Ok(entry.transpose()?)
    }
}
