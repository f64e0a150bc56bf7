//! Reads what holders have streamed, now or when more has come: `lua/task_output.lua`.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use waggle_core::{Call, Codec, Error as RedisError, Value, trace};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{Chunk, Output, OutputQuery, Stamp, SwarmName, TaskId, countable},
    store::{Line, Reader, frame_json},
    waiters::Topic,
};

const FUNCTION: &str = function!("task_output");
/// How long a reader trusts that it would have been woken.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

impl TaskQueue {
    /// Chunks of a task's output, the eldest first; waits up to `wait` for a first one, or for the end of the task.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn output(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        query: OutputQuery,
        wait: Duration,
    ) -> Result<Output, Error> {
        query.check()?;
        if wait.is_zero() || self.inner.waiters.is_draining() {
            return self.read_output(swarm, id, query, false).await;
        }
        let _waiting = trace::wait("output.wait");
        let deadline = Instant::now() + wait;
        let watch = self.inner.waiters.watch(swarm, Topic::Output(id));
        loop {
            let woken = watch.woken();
            let output = self.read_output(swarm, id, query, true).await?;
            let over = Instant::now() >= deadline || self.inner.waiters.is_draining();
            if over || output.done || !output.chunks.is_empty() {
                return Ok(output);
            }
            // Either a wake-up or the time to look again: both lead to another look.
            let _woken_or_not = timeout_at(deadline.min(Instant::now() + LOOK_AGAIN), woken).await;
        }
    }

    async fn read_output(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        query: OutputQuery,
        waits: bool,
    ) -> Result<Output, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36])).arg(countable(query.after)).arg(query.limit());
        call.arg(u8::from(waits));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        read(reply, query.after, &self.inner.codec)?.ok_or(Error::TaskNotFound(id))
    }
}

/// Absent where there is no such task.
fn read(reply: Value, after: u64, codec: &Codec) -> Result<Option<Output>, RedisError> {
    if matches!(reply, Value::Nil | Value::Boolean(false)) {
        return Ok(None);
    }
    let mut reply = Reader::new(FUNCTION, reply)?;
    let (last, finished) = (reply.unsigned()?, reply.integer()? == 1);
    let mut chunks = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        let stored = reply.bytes()?.ok_or_else(|| reply.broken("a chunk that is nothing"))?;
        chunks.push(chunk(&stored, codec)?);
    }
    let next = chunks.last().map_or(after, |last| last.seq);
    Ok(Some(Output { done: finished && next >= last, next, chunks }))
}

/// A chunk as it is stored: `<number> <attempt> <at>\n<frame>`.
fn chunk(stored: &Bytes, codec: &Codec) -> Result<Chunk, RedisError> {
    let broken = || RedisError::Internal { detail: "a stored chunk of output cannot be read".to_owned() };
    let head_end = stored.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let head = str::from_utf8(&stored[..head_end]).map_err(|_| broken())?;
    let mut head = Line::new(FUNCTION, head.to_owned());
    Ok(Chunk {
        seq: head.parse()?,
        attempt: head.parse()?,
        at: Stamp(head.parse()?),
        chunk: frame_json(stored.slice(head_end + 1..), codec)?.ok_or_else(broken)?,
    })
}
