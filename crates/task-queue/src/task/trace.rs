//! What the trace of a task has to know of attempts that end: `lua/task_trace.lua`.

use waggle_core::{Call, Error as RedisError};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{AgentName, QueueName, Stamp, SwarmName, TaskId},
    store::{Line, Reader},
};

const FUNCTION: &str = function!("task_trace");

/// An attempt at a task that belongs to a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The task's trace context: W3C `traceparent`.
    pub traceparent: String,
    /// When it began.
    pub started_at: Stamp,
    /// Its number, from 1.
    pub attempt: u32,
    /// Who has made it.
    pub agent: AgentName,
    /// The task's queue.
    pub queue: QueueName,
}

impl TaskQueue {
    /// For each task and lease token the attempt that it stands for; absent where the task has no trace context, or the
    /// token is not that of its last attempt. It does not matter whether the attempt's outcome has been applied.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn trace(
        &self,
        swarm: &SwarmName,
        attempts: &[(TaskId, String)],
    ) -> Result<Vec<Option<Attempt>>, Error> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        for (id, token) in attempts {
            call.arg(id.encode(&mut [0; 36])).arg(token.as_str());
        }
        call.weight(attempts.len());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let read = attempts.iter().map(|_| attempt(reply.line()?)).collect::<Result<_, _>>();
        Ok(read?)
    }
}

fn attempt(mut line: Line) -> Result<Option<Attempt>, RedisError> {
    let Some(traceparent) = line.optional::<String>()? else { return Ok(None) };
    Ok(Some(Attempt {
        traceparent,
        started_at: Stamp(line.parse()?),
        attempt: line.parse()?,
        agent: line.parse()?,
        queue: line.parse()?,
    }))
}
