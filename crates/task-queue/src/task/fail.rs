//! Ends an attempt badly: `lua/parts/fail.lua`, through `lua/task_settle.lua`.

use super::TaskQueue;
use crate::{
    Error,
    model::{Fail, Failed, Outcome, SwarmName, TaskId},
};

impl TaskQueue {
    /// Fails the attempt held under the lease of `fail`: tried again after its backoff while attempts are left.
    /// The same call again is answered alike.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn fail(&self, swarm: &SwarmName, id: TaskId, fail: Fail) -> Result<Failed, Error> {
        let settled = self.apply(swarm, Outcome::fail(id, fail)).await?;
        Ok(Failed { id, status: settled.status, run_at: settled.run_at, replayed: settled.replayed })
    }
}
