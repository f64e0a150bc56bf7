//! Submits the task of a schedule now: `lua/schedule_run.lua`.

use std::time::Duration;

use waggle_core::Call;

use crate::{
    Error, Submitted, TaskQueue,
    library::function,
    metrics::{self, TaskEvent},
    model::{NewTask, ScheduleName, SwarmName, TaskId},
    store::{Reader, Spec, taken_in},
    task::{SubmitItem, Taken, refused, root, taken},
};

const FUNCTION: &str = function!("schedule_run");

impl TaskQueue {
    /// Submits the task of a schedule now, whatever its times and its last run say; when it is due next stays as it is.
    ///
    /// # Errors
    /// [`Error::ScheduleNotFound`], [`Error::TooManyCapabilitySets`], [`Error::SwarmFull`], [`Error::SwarmNotFound`],
    /// [`Error::Redis`].
    pub async fn run_schedule(&self, swarm: &SwarmName, name: &ScheduleName) -> Result<Submitted, Error> {
        let not_found = || Error::ScheduleNotFound(name.to_string());
        let (_, scheduled) = self.scheduled(swarm, name).await?;
        let task = task_of(name, scheduled.ok_or_else(not_found)?.said.task);
        let item = SubmitItem { id: TaskId::new(), spec: Spec::encode(&task, &self.inner.codec)? };
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(name.as_str());
        item.write(&mut call);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (now, line) = (reply.integer()?, reply.text()?);
        if line == "NOTFOUND" {
            return Err(not_found());
        }
        let (id, became) = taken(crate::store::Line::new(FUNCTION, line))?;
        match became {
            Taken::In(beyond) => {
                metrics::tasks(TaskEvent::Submitted, 1);
                self.note_schedule(swarm, now, item.spec.when, task.deadline);
                let mut task = taken_in(swarm, id, now, item.spec.when.run_at(now), task)?;
                beyond.say(&mut task);
                Ok(Submitted { task, created: true, replayed: false })
            }
            Taken::Duplicate(holder) => {
                let task = self.get(swarm, holder, Duration::ZERO).await?;
                Ok(Submitted { task, created: false, replayed: false })
            }
            Taken::Refused(error) => Err(error),
        }
    }
}

/// The task of a run.
pub(crate) fn task_of(name: &ScheduleName, task: NewTask) -> NewTask {
    NewTask { schedule: Some(name.clone()), ..task }
}
