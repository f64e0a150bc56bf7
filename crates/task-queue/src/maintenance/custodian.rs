//! Tends a swarm's agents, messages and state: who is silent is lost, what has expired goes: `lua/swarm_tend.lua`.

use waggle_core::{Error, Redis};

use super::{Swept, duty::Duty, sweep::sweep};
use crate::{library::function, model::SwarmName};

/// Tends a swarm's agents, messages and state: who is silent is lost, what has expired goes.
#[derive(Debug, Clone, Copy)]
pub struct Custodian;

impl Custodian {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Ok(sweep(redis, swarm, function!("swarm_tend")).await?.0)
    }
}

impl Duty for Custodian {
    const NAME: &'static str = "custodian";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
