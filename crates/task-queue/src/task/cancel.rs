//! Calls a task off: `lua/task_cancel.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    metrics::{self, TaskEvent},
    model::{Cancelled, Status, SwarmName, TaskId},
    store::Reader,
};

const FUNCTION: &str = function!("task_cancel");

impl TaskQueue {
    /// Cancels a task that nobody holds; asks the holder of a running one to stop. Cancelling again is answered alike.
    ///
    /// # Errors
    /// [`Error::AlreadyFinished`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn cancel(&self, swarm: &SwarmName, id: TaskId) -> Result<Cancelled, Error> {
        match self.cancel_one(swarm, id).await? {
            (status @ (Status::Cancelled | Status::Running), _) => {
                Ok(Cancelled { id, status, cancel_requested: status == Status::Running })
            }
            (status, _) => Err(Error::AlreadyFinished { id, status }),
        }
    }

    /// Where the task stands since, and whether that is news (0 or 1): one that had finished before is left alone.
    pub(super) async fn cancel_one(&self, swarm: &SwarmName, id: TaskId) -> Result<(Status, usize), Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36]));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let word = reply.text()?;
        if word == "NOTFOUND" {
            return Err(Error::TaskNotFound(id));
        }
        let status: Status = reply.text()?.parse().map_err(|_| reply.broken("a status nobody knows"))?;
        match word.as_str() {
            "ok" => {
                let news = reply.count()?;
                if status == Status::Cancelled {
                    metrics::tasks(TaskEvent::Cancelled, news);
                }
                Ok((status, news))
            }
            "ALREADYFINISHED" => Ok((status, 0)),
            _ => Err(reply.broken("a word nobody knows").into()),
        }
    }
}
