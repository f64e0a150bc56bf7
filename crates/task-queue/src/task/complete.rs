//! Ends an attempt well: `lua/parts/complete.lua`, through `lua/task_settle.lua`.

use super::TaskQueue;
use crate::{
    Error,
    model::{Complete, Completed, Outcome, SwarmName, TaskId},
};

impl TaskQueue {
    /// Completes the task held under the lease of `complete`. The same call again is answered alike.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn complete(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        complete: Complete,
    ) -> Result<Completed, Error> {
        let settled = self.apply(swarm, Outcome::complete(id, complete)).await?;
        Ok(Completed { id, status: settled.status, replayed: settled.replayed })
    }
}
