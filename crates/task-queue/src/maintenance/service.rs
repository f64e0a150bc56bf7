//! All roles of one server.

use tokio::{task::JoinSet, time::Instant};

use super::{
    Custodian, Promoter, Pruner, Resolver, Scheduler, Timekeeper, clearer, duty, reaper::Reaping,
    watch::ClockWatch,
};
use crate::TaskQueue;

/// The background duties of a server; they end when it is dropped.
#[derive(Debug)]
pub struct Maintenance {
    duties: JoinSet<()>,
}

impl Maintenance {
    /// Starts reaper, promoter, timekeeper, resolver, scheduler, pruner and custodian for every swarm, and the clearer for
    /// those that were deleted.
    pub fn spawn(queue: &TaskQueue) -> Self {
        let (redis, alarms) = (queue.redis(), &queue.inner.alarms);
        let begin = Instant::now();
        let mut duties = JoinSet::new();
        let reaping = Reaping { promoter: alarms.promoter.clone(), clock: ClockWatch::default() };
        duties.spawn(duty::run(reaping, redis.clone(), alarms.reaper.clone(), begin));
        duties.spawn(duty::run(Promoter, redis.clone(), alarms.promoter.clone(), begin));
        duties.spawn(duty::run(Timekeeper, redis.clone(), alarms.timekeeper.clone(), begin));
        duties.spawn(duty::run(Resolver, redis.clone(), alarms.resolver.clone(), begin));
        duties.spawn(duty::run(Custodian, redis.clone(), alarms.custodian.clone(), begin));
        duties.spawn(duty::run(Pruner, redis.clone(), alarms.pruner.clone(), begin));
        duties.spawn(duty::run(Scheduler::new(queue), redis.clone(), alarms.scheduler.clone(), begin));
        duties.spawn(clearer::run(redis.clone(), alarms.clearer.clone()));
        Self { duties }
    }

    /// Stops all duties and waits until they have.
    pub async fn stop(mut self) {
        self.duties.shutdown().await;
    }
}
