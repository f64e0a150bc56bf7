//! Ends leases whose time is over, so that what their holders left behind is given to others: `lua/task_reap.lua`.

use waggle_core::{Error, Redis, perf::Count};

use super::{Swept, duty::Duty, sweep::sweep};
use crate::{
    library::function,
    metrics::{self, TaskEvent},
    model::SwarmName,
};

/// Ends leases whose time is over, so that what their holders left behind is given to others.
#[derive(Debug, Clone, Copy)]
pub struct Reaper;

impl Reaper {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let (swept, mut ended) = sweep(redis, swarm, function!("task_reap")).await?;
        let [expired, failed, cancelled] = [ended.count()?, ended.count()?, ended.count()?];
        redis.perf().count(Count::LeasesExpired, expired as u64);
        metrics::tasks(TaskEvent::Expired, expired);
        metrics::tasks(TaskEvent::Failed, failed);
        metrics::tasks(TaskEvent::Cancelled, cancelled);
        Ok(swept)
    }
}

impl Duty for Reaper {
    const NAME: &'static str = "reaper";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
