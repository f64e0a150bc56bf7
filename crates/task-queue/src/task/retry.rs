//! Makes a failed or cancelled task unfinished again: `lua/task_retry.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    metrics::{self, TaskEvent},
    model::{Retried, Status, SwarmName, TaskId},
    store::Reader,
};

const FUNCTION: &str = function!("task_retry");

impl TaskQueue {
    /// Makes a failed or cancelled task ready again, its attempts and its own budget counted from 0; or blocked, where it
    /// depends on tasks that are unfinished now.
    ///
    /// # Errors
    /// [`Error::WrongState`], [`Error::Duplicate`], [`Error::SwarmFull`], [`Error::TaskNotFound`],
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn retry(&self, swarm: &SwarmName, id: TaskId) -> Result<Retried, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36]));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        match reply.text()?.as_str() {
            "ok" => {
                metrics::tasks(TaskEvent::Retried, 1);
                Ok(Retried { id, status: status(&mut reply)? })
            }
            "WRONGSTATE" => Err(Error::WrongState { id, status: status(&mut reply)? }),
            "SWARMFULL" => Err(Error::SwarmFull),
            "DUPLICATE" => Err(Error::Duplicate(id)),
            "NOTFOUND" => Err(Error::TaskNotFound(id)),
            _ => Err(reply.broken("a word nobody knows").into()),
        }
    }
}

fn status(reply: &mut Reader) -> Result<Status, waggle_core::Error> {
    reply.text()?.parse().map_err(|_| reply.broken("a status nobody knows"))
}
