//! Ends leases whose time is over, so that what their holders left behind is given to others: `lua/task_reap.lua`.

use waggle_core::{Error, Redis, perf::Count};

use super::{Swept, alarm::Alarm, duty::Duty, sweep::sweep};
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
        Ok(reap(redis, swarm).await?.0)
    }
}

/// The reaper that tells the promoter what it has scheduled.
#[derive(Debug)]
pub(super) struct Reaping {
    pub(super) promoter: Alarm,
}

impl Duty for Reaping {
    const NAME: &'static str = "reaper";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let (swept, due_in) = reap(redis, swarm).await?;
        if let Some(ms) = due_in {
            self.promoter.at(swarm, ms);
        }
        Ok(swept)
    }
}

/// Also returns in how many milliseconds the first of the tasks is due that have been scheduled.
async fn reap(redis: &Redis, swarm: &SwarmName) -> Result<(Swept, Option<i64>), Error> {
    let (swept, mut ended) = sweep(redis, swarm, function!("task_reap")).await?;
    let [expired, timed_out, overdue] = [ended.count()?, ended.count()?, ended.count()?];
    let [failed, cancelled, retried] = [ended.count()?, ended.count()?, ended.count()?];
    redis.perf().count(Count::LeasesExpired, expired as u64);
    metrics::tasks(TaskEvent::Expired, expired);
    metrics::tasks(TaskEvent::TimedOut, timed_out);
    metrics::tasks(TaskEvent::Overdue, overdue);
    metrics::tasks(TaskEvent::Failed, failed);
    metrics::tasks(TaskEvent::Cancelled, cancelled);
    metrics::tasks(TaskEvent::Retried, retried);
    Ok((swept, ended.optional_integer()?))
}
