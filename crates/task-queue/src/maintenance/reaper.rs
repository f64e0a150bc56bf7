//! Ends leases whose time is over, so that what their holders left behind is given to others: `lua/task_reap.lua`.

use tokio::time::Instant;
use waggle_core::{Error, Redis, perf::Count};

use super::{Swept, alarm::Alarm, duty::Duty, sweep::sweep, watch::ClockWatch};
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
        Ok(reap(redis, swarm).await?.swept)
    }
}

/// The reaper that tells the promoter what it has scheduled.
#[derive(Debug)]
pub(super) struct Reaping {
    pub(super) promoter: Alarm,
    pub(super) clock: ClockWatch,
}

impl Duty for Reaping {
    const NAME: &'static str = "reaper";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let sent = Instant::now();
        let reaped = reap(redis, swarm).await?;
        if let Some(ms) = reaped.due_in {
            self.promoter.at(swarm, ms);
        }
        // One that each server looks at, and a single node of a cluster answers for.
        if let (Some(now), true) = (reaped.now, *swarm == SwarmName::default()) {
            self.clock.look(now, sent);
        }
        Ok(reaped.swept)
    }
}

struct Reaped {
    swept: Swept,
    /// In how many milliseconds the first of the tasks is due that have been scheduled.
    due_in: Option<i64>,
    /// The time of Redis.
    now: Option<i64>,
}

async fn reap(redis: &Redis, swarm: &SwarmName) -> Result<Reaped, Error> {
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
    Ok(Reaped { swept, due_in: ended.optional_integer()?, now: ended.optional_integer()? })
}
