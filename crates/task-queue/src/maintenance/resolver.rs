//! Tells tasks that wait what has become of those they depend on: `lua/task_resolve.lua`.

use std::time::Duration;

use waggle_core::{Call, Error, Redis};

use super::{Swept, duty::Duty};
use crate::{
    library::function,
    metrics::{self, TaskEvent},
    model::SwarmName,
    store::Reader,
    task::root,
};

const FUNCTION: &str = function!("task_resolve");

/// Tells tasks that wait what has become of those they depend on, where the call that ended those had too many to tell.
#[derive(Debug, Clone, Copy)]
pub struct Resolver;

impl Resolver {
    /// One bounded step in one swarm.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let mut reply = Reader::new(FUNCTION, redis.call(Call::new(FUNCTION, &root(swarm))).await?)?;
        let (failed, cancelled, more) = (reply.count()?, reply.count()?, reply.count()?);
        metrics::tasks(TaskEvent::Failed, failed);
        metrics::tasks(TaskEvent::Cancelled, cancelled);
        Ok(Swept { tasks: failed + cancelled, next_in: (more > 0).then_some(Duration::ZERO) })
    }
}

impl Duty for Resolver {
    const NAME: &'static str = "resolver";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(*self, redis, swarm).await
    }
}
