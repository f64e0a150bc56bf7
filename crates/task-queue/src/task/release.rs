//! Gives a task back: `lua/parts/release.lua`, through `lua/task_settle.lua`.

use super::TaskQueue;
use crate::{
    Error,
    model::{Outcome, Release, Released, SwarmName, TaskId},
};

impl TaskQueue {
    /// Gives back the task held under the lease of `release`; the attempt does not count.
    /// The same call again is answered alike.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn release(&self, swarm: &SwarmName, id: TaskId, release: Release) -> Result<Released, Error> {
        let settled = self.apply(swarm, Outcome::release(id, release)).await?;
        Ok(Released { id, status: settled.status, run_at: settled.run_at, replayed: settled.replayed })
    }
}
