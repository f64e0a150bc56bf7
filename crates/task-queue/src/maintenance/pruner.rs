//! Forgets finished tasks whose retention has ended: `lua/task_prune.lua`.

use waggle_core::{Error, Redis};

use super::{Swept, duty::Duty, sweep::sweep};
use crate::{library::function, model::SwarmName};

/// Forgets finished tasks whose retention has ended.
#[derive(Debug, Clone, Copy)]
pub struct Pruner;

impl Pruner {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Ok(sweep(redis, swarm, function!("task_prune")).await?.0)
    }
}

impl Duty for Pruner {
    const NAME: &'static str = "pruner";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
