//! Submits the task of a schedule now: `lua/schedule_run.lua`.

use std::time::Duration;

use waggle_core::{Call, Error as RedisError};

use crate::{
    Error, Idempotency, Submitted, TaskQueue,
    library::function,
    metrics::{self, TaskEvent},
    model::{NewTask, ScheduleName, SwarmName, Task, TaskId},
    store::{Line, Reader, Spec, digest, taken_in},
    task::{SubmitItem, Taken, refused, root, taken},
};

const FUNCTION: &str = function!("schedule_run");

impl TaskQueue {
    /// Submits the task of a schedule now, whatever its times and its last run say; when it is due next stays as it is.
    ///
    /// Under an [`Idempotency`] it runs once. A replay is the first answer as long as the schedule says the same of its
    /// task; where it says something else by now, or is gone, it is the task as it stands.
    ///
    /// # Errors
    /// [`Error::ScheduleNotFound`], [`Error::TooManyCapabilitySets`], [`Error::SwarmFull`], [`Error::SwarmNotFound`],
    /// [`Error::TaskNotFound`] where a replay finds neither, [`Error::Redis`].
    pub async fn run_schedule(
        &self,
        swarm: &SwarmName,
        name: &ScheduleName,
        idempotency: Option<Idempotency>,
    ) -> Result<Submitted, Error> {
        let (_, scheduled) = self.scheduled(swarm, name).await?;
        // Of a schedule that is gone the function knows whether it has run under this key.
        let task = task_of(name, scheduled.map(|scheduled| scheduled.said.task).unwrap_or_default());
        let item = SubmitItem { id: TaskId::new(), spec: Spec::encode(&task, &self.inner.codec)? };
        let said = idempotency.as_ref().map_or_else(|| Ok(String::new()), |_| digest_of(&task))?;
        let (key, body_digest) = Idempotency::to_args(idempotency.as_ref());
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(name.as_str()).arg(key).arg(body_digest).arg(said.as_str());
        item.write(&mut call);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (replayed, now, line) = (reply.integer()? == 1, reply.integer()?, reply.text()?);
        if line == "NOTFOUND" {
            return Err(Error::ScheduleNotFound(name.to_string()));
        }
        let as_said = reply.text()? == said;
        let (id, became) = taken(Line::new(FUNCTION, line))?;
        let run_at = item.spec.when.run_at(now);
        let as_taken_in = |id, task| taken_in(swarm, id, now, run_at, task);
        match became {
            Taken::In(beyond) => {
                if !replayed {
                    metrics::tasks(TaskEvent::Submitted, 1);
                    self.note_schedule(swarm, now, item.spec.when, task.deadline);
                }
                if !as_said {
                    let task = self.get(swarm, id, Duration::ZERO).await.map_err(Error::although_applied)?;
                    return Ok(Submitted { task, created: true, replayed });
                }
                let mut task: Task = as_taken_in(id, task)?;
                beyond.say(&mut task);
                Ok(Submitted { task, created: true, replayed })
            }
            Taken::Duplicate(holder) => match self.get(swarm, holder, Duration::ZERO).await {
                // The holder has been forgotten since. A replay says again what it can of the first answer.
                Err(Error::TaskNotFound(_)) if replayed && as_said => {
                    Ok(Submitted { task: as_taken_in(holder, task)?, created: false, replayed })
                }
                found => Ok(Submitted { task: found?, created: false, replayed }),
            },
            Taken::Refused(error) => Err(error),
        }
    }
}

/// The task of a run.
pub(crate) fn task_of(name: &ScheduleName, task: NewTask) -> NewTask {
    NewTask { schedule: Some(name.clone()), ..task }
}

/// What tells whether a schedule still says the same of its task.
fn digest_of(task: &NewTask) -> Result<String, RedisError> {
    let text =
        serde_json::to_vec(task).map_err(|error| RedisError::Internal { detail: error.to_string() })?;
    Ok(digest(&[&text]))
}
