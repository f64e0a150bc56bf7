//! Reads what a task depends on: `lua/snapshot_tasks.lua`, which reads many tasks in bounded calls.

use std::collections::HashMap;

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::ANSWER_BYTES,
    model::{Json, SwarmName, Task, TaskId, TaskRead},
    store::{Reader, task_of_record},
};

const FUNCTION: &str = function!("snapshot_tasks");
/// Tasks a call reads.
const TASKS: usize = 100;

impl TaskQueue {
    /// The task with those that it depends on, as far as they are there and the answer has room.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn with_dependencies(&self, swarm: &SwarmName, task: Task) -> Result<TaskRead, Error> {
        let (mut found, mut bytes) = (HashMap::new(), 0);
        let mut left = task.depends_on.as_slice();
        while !left.is_empty() && bytes < ANSWER_BYTES {
            let (read, tasks) = self.page_of_dependencies(swarm, &left[..left.len().min(TASKS)]).await?;
            left = &left[read..];
            for task in tasks {
                bytes += size(&task);
                found.insert(task.id, task);
            }
        }
        let (mut dependencies, mut dependencies_left_out) = (Vec::new(), Vec::new());
        for id in &task.depends_on {
            match found.remove(id) {
                Some(task) => dependencies.push(task),
                None => dependencies_left_out.push(*id),
            }
        }
        Ok(TaskRead { task, dependencies: Some(dependencies), dependencies_left_out })
    }

    /// Returns how many were looked at, and those that are there.
    async fn page_of_dependencies(
        &self,
        swarm: &SwarmName,
        ids: &[TaskId],
    ) -> Result<(usize, Vec<Task>), Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        for id in ids {
            call.arg(id.encode(&mut [0; 36]));
        }
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let read = reply.remaining().clamp(1, ids.len());
        let mut tasks = Vec::with_capacity(read);
        while reply.remaining() > 0 {
            tasks.extend(task_of_record(FUNCTION, swarm, reply.value()?, &self.inner.codec)?);
        }
        Ok((read, tasks))
    }
}

/// Bytes of what was said of a task by others.
pub(super) fn size(task: &Task) -> usize {
    let values = [&task.payload, &task.result, &task.error, &task.progress];
    values.into_iter().flatten().map(|json: &Json| json.as_bytes().len()).sum()
}
