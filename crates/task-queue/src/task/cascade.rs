//! Calls a task off and all that belong to it: `lua/task_cascade.lua`.

use std::collections::{HashSet, VecDeque};

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::REPAIR_TASKS,
    metrics::{self, TaskEvent},
    model::{Cascaded, Status, SwarmName, TaskId},
    store::Reader,
};

const FUNCTION: &str = function!("task_cascade");
/// Tasks one call looks at: bounds its time in Redis.
const TASKS: usize = 100;

/// How far it has come.
#[derive(Default)]
struct Walk {
    parents: VecDeque<TaskId>,
    met: HashSet<TaskId>,
    looked: usize,
    cancelled: usize,
}

impl TaskQueue {
    /// Cancels a task and, generation after generation, those below it that have not finished; the holders of running
    /// ones are asked to stop. A task that has finished itself is no hindrance. What is submitted below it while this
    /// goes on may be missed, and what is submitted later is not cancelled; nor is what is below a task that has been
    /// forgotten. At most [`REPAIR_TASKS`] are looked at in one request.
    ///
    /// # Errors
    /// [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn cascade(&self, swarm: &SwarmName, id: TaskId) -> Result<Cascaded, Error> {
        let (status, news) = self.cancel_one(swarm, id).await?;
        let mut walk = Walk { cancelled: news, ..Walk::default() };
        walk.add(id);
        let mut more = false;
        while let Some(parent) = walk.parents.pop_front() {
            let (mut after, mut before) = (String::new(), walk.cancelled);
            loop {
                let next = self.cancel_children(swarm, parent, &after, &mut walk).await;
                let Some(next) = Error::unless_begun(next, walk.cancelled > 0)? else {
                    more = true;
                    break;
                };
                after = next;
                more = walk.looked >= REPAIR_TASKS && !(after.is_empty() && walk.parents.is_empty());
                // One that was claimed meanwhile has passed by: the walk is over when it has found nothing to do.
                if more || (after.is_empty() && walk.cancelled == before) {
                    break;
                }
                if after.is_empty() {
                    before = walk.cancelled;
                }
            }
            if more {
                break;
            }
        }
        let cancel_requested = status == Status::Running;
        Ok(Cascaded { id, status, cancel_requested, cancelled: walk.cancelled, more })
    }

    async fn cancel_children(
        &self,
        swarm: &SwarmName,
        parent: TaskId,
        after: &str,
        walk: &mut Walk,
    ) -> Result<String, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(parent.encode(&mut [0; 36])).arg(TASKS).arg(after);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let after = reply.text()?;
        walk.looked += reply.count()?;
        let (cancelled, asked) = (reply.count()?, reply.count()?);
        metrics::tasks(TaskEvent::Cancelled, cancelled);
        walk.cancelled += cancelled + asked;
        while reply.remaining() > 0 {
            walk.add(reply.text()?.parse().map_err(|_| reply.broken("expected a task id"))?);
        }
        Ok(after)
    }
}

impl Walk {
    fn add(&mut self, parent: TaskId) {
        if self.met.insert(parent) {
            self.parents.push_back(parent);
        }
    }
}
