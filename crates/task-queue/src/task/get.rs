//! Reads a task, now or when it has finished: `lua/task_get.lua`, `lua/task_watch.lua`.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use waggle_core::{Call, trace};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{SwarmName, Task, TaskId},
    store::task_of_record,
    waiters::Topic,
};

/// How long a watcher trusts that it would have been woken.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

impl TaskQueue {
    /// The task as it stands; waits up to `wait` for it to finish.
    ///
    /// # Errors
    /// [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get(&self, swarm: &SwarmName, id: TaskId, wait: Duration) -> Result<Task, Error> {
        if wait.is_zero() || self.inner.waiters.is_draining() {
            return self.read(swarm, id, Call::read_only(function!("task_get"), &root(swarm))).await;
        }
        let _waiting = trace::wait("task.wait");
        let deadline = Instant::now() + wait;
        let watch = self.inner.waiters.watch(swarm, Topic::Task(id));
        loop {
            let finished = watch.woken();
            let task = self.read(swarm, id, Call::new(function!("task_watch"), &root(swarm))).await?;
            if task.status.is_finished() || Instant::now() >= deadline || self.inner.waiters.is_draining() {
                return Ok(task);
            }
            // Either a wake-up or the time to look again: both lead to another look.
            let _woken_or_not = timeout_at(deadline.min(Instant::now() + LOOK_AGAIN), finished).await;
        }
    }

    async fn read(&self, swarm: &SwarmName, id: TaskId, mut call: Call) -> Result<Task, Error> {
        call.arg(id.encode(&mut [0; 36]));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        task_of_record("task_get", swarm, reply, &self.inner.codec)?.ok_or(Error::TaskNotFound(id))
    }
}
