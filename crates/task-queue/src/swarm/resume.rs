//! Lets a swarm go on after a pause: `lua/swarm_pause.lua`.

use crate::{
    Error, TaskQueue,
    model::{Swarm, SwarmName},
};

impl TaskQueue {
    /// Lets a swarm go on after a pause; every claim that waits looks again.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn resume_swarm(&self, name: &SwarmName) -> Result<Swarm, Error> {
        self.stand_still(name, false).await
    }
}
