//! Hands ready tasks out: `lua/task_claim.lua`, by way of the claims that wait (`waiters/`).

use super::TaskQueue;
use crate::{
    Error,
    model::{Claim, Claimed, SwarmName},
};

impl TaskQueue {
    /// Claims up to `max_tasks` tasks under leases, waiting up to `wait_ms` for the first one. Dropping the future
    /// takes no task: what had been claimed for it is given back.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::TooManyAgents`], [`Error::TooManyWaiting`], [`Error::Draining`], [`Error::Redis`]. After an unknown
    /// outcome the same claim under the same `claim_id` is answered with what it was given; without one, such tasks
    /// return when their leases end.
    pub async fn claim(&self, swarm: &SwarmName, claim: Claim) -> Result<Claimed, Error> {
        self.inner.waiters.claim(swarm, claim).await
    }
}
