//! Keeps what a holder streams: `lua/task_append_output.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{AppendOutput, Appended, SwarmName, TaskId},
    store::Line,
};

const FUNCTION: &str = function!("task_append_output");

impl TaskQueue {
    /// Adds a chunk to the output of a task. What was streamed twice, after an unknown outcome, is there twice.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn append_output(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        append: AppendOutput,
    ) -> Result<Appended, Error> {
        append.check()?;
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36]))
            .arg(self.own(append.lease))
            .arg(self.inner.codec.encode(append.chunk.as_bytes()));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut line = Line::of(FUNCTION, reply)?;
        match line.optional_word() {
            Some("ok") => Ok(Appended { seq: line.parse()? }),
            Some("LEASELOST") => Err(Error::LeaseLost { id, attempt: line.parse()? }),
            Some("NOTFOUND") => Err(Error::TaskNotFound(id)),
            _ => Err(line.broken().into()),
        }
    }
}
