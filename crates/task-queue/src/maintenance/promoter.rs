//! Makes scheduled tasks ready whose time has come: `lua/task_promote.lua`.

use waggle_core::{Error, Redis};

use super::{Swept, duty::Duty, sweep::sweep};
use crate::{
    library::function,
    metrics::{self, TaskEvent},
    model::SwarmName,
};

/// Makes scheduled tasks ready whose time has come.
#[derive(Debug, Clone, Copy)]
pub struct Promoter;

impl Promoter {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let (swept, _) = sweep(redis, swarm, function!("task_promote")).await?;
        metrics::tasks(TaskEvent::Promoted, swept.tasks);
        Ok(swept)
    }
}

impl Duty for Promoter {
    const NAME: &'static str = "promoter";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
