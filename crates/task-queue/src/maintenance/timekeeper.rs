//! Fails tasks whose deadline has passed: `lua/task_expire.lua`.

use waggle_core::{Error, Redis};

use super::{Swept, duty::Duty, sweep::sweep};
use crate::{
    library::function,
    metrics::{self, TaskEvent},
    model::SwarmName,
};

/// Fails tasks whose deadline has passed.
#[derive(Debug, Clone, Copy)]
pub struct Timekeeper;

impl Timekeeper {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let (swept, mut ended) = sweep(redis, swarm, function!("task_expire")).await?;
        let [failed, cancelled] = [ended.count()?, ended.count()?];
        metrics::tasks(TaskEvent::Overdue, failed + cancelled);
        metrics::tasks(TaskEvent::Failed, failed);
        metrics::tasks(TaskEvent::Cancelled, cancelled);
        Ok(swept)
    }
}

impl Duty for Timekeeper {
    const NAME: &'static str = "timekeeper";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
