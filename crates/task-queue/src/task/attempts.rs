//! Reads what became of a task's attempts: `lua/task_attempts.lua`.

use waggle_core::{Call, Codec, Error as RedisError, Value};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{AttemptRecord, Page, SwarmName, TaskId},
    store::{KeptAttempt, Reader},
};

const FUNCTION: &str = function!("task_attempts");

impl TaskQueue {
    /// The attempts at a task, the eldest first: the last hundred that ended, and the one that goes on.
    ///
    /// # Errors
    /// [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn attempts(&self, swarm: &SwarmName, id: TaskId) -> Result<Page<AttemptRecord>, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36]));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let items = read(reply, &self.inner.codec)?.ok_or(Error::TaskNotFound(id))?;
        Ok(Page { items, next_cursor: None })
    }
}

/// Absent where there is no such task.
fn read(reply: Value, codec: &Codec) -> Result<Option<Vec<AttemptRecord>>, RedisError> {
    if matches!(reply, Value::Nil | Value::Boolean(false)) {
        return Ok(None);
    }
    let mut reply = Reader::new(FUNCTION, reply)?;
    let mut items = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        let record = reply.bytes()?.ok_or_else(|| reply.broken("an attempt that is nothing"))?;
        items.push(KeptAttempt::read(&record, codec)?.record);
    }
    Ok(Some(items))
}
