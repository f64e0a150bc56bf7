//! Lets a swarm stand still: `lua/swarm_pause.lua`.

use waggle_core::Call;

use super::get::described;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Swarm, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("swarm_pause");

impl TaskQueue {
    /// Lets a swarm stand still: claims get no tasks and wait; heartbeats and settlements go on.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn pause_swarm(&self, name: &SwarmName) -> Result<Swarm, Error> {
        self.stand_still(name, true).await
    }

    pub(super) async fn stand_still(&self, name: &SwarmName, still: bool) -> Result<Swarm, Error> {
        let mut call = Call::new(FUNCTION, &root(name));
        call.arg(u8::from(still));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(name, error))?;
        Ok(described(name, Reader::new(FUNCTION, reply)?)?)
    }
}
