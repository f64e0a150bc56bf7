//! Counts swarms: `lua/swarm_survey.lua`.

use waggle_core::{Call, Error as RedisError, Value};

use super::figures::SwarmSeen;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{AgentCounts, SwarmName, TaskCounts},
    store::Reader,
    task::root,
};

const FUNCTION: &str = function!("swarm_survey");

impl TaskQueue {
    /// What each of these swarms holds; absent where there is no such swarm.
    pub(super) async fn count_swarms(&self, names: &[SwarmName]) -> Result<Vec<Option<SwarmSeen>>, Error> {
        let calls = names.iter().map(|name| Call::read_only(FUNCTION, &root(name))).collect();
        let replies = self.inner.redis.call_all(calls).await;
        Ok(replies.into_iter().map(seen).collect::<Result<_, RedisError>>()?)
    }
}

fn seen(reply: Result<Value, RedisError>) -> Result<Option<SwarmSeen>, RedisError> {
    let mut reply = match reply {
        Ok(reply) => Reader::new(FUNCTION, reply)?,
        Err(RedisError::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut next = || reply.integer().map(|number| u64::try_from(number).unwrap_or(0));
    let mut tasks = TaskCounts {
        blocked: next()?,
        scheduled: next()?,
        ready: next()?,
        running: next()?,
        completed: next()?,
        failed: next()?,
        cancelled: next()?,
        ..TaskCounts::default()
    };
    let (all, present, draining) = (next()?, next()?, next()?);
    tasks.input_required = next()?;
    Ok(Some(SwarmSeen { tasks, agents: AgentCounts::of(all, present, draining) }))
}
