//! Submits the tasks of schedules that are due: `lua/schedule_due.lua`, `lua/schedule_fire.lua`.

use std::time::Duration;

use waggle_core::{Call, Error, Redis};

use super::{Swept, duty::Duty};
use crate::{
    TaskQueue,
    library::function,
    limits::SCHEDULES_A_CALL,
    metrics::{self, TaskEvent},
    model::{ScheduleName, Stamp, SwarmName, TaskId},
    schedule::{Scheduled, task_of},
    store::{Line, Reader, Spec},
    task::{SubmitItem, Taken, root, taken},
};

const DUE: &str = function!("schedule_due");
const FIRE: &str = function!("schedule_fire");

/// Submits the tasks of schedules that are due.
///
/// Of several servers that notice the same time exactly one fires. Runs that came due while nobody looked are one: the
/// next time is the first one that is still to come.
#[derive(Clone)]
pub struct Scheduler {
    queue: TaskQueue,
}

impl Scheduler {
    /// For the swarms of `queue`.
    pub fn new(queue: &TaskQueue) -> Self {
        Self { queue: queue.clone() }
    }

    /// One bounded step in one swarm; says how many schedules were due.
    ///
    /// # Errors
    /// What Redis says; the step is repeated in a second anyway.
    pub async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        let mut call = Call::read_only(DUE, &root(swarm));
        call.arg(SCHEDULES_A_CALL);
        let mut reply = Reader::new(DUE, redis.call(call).await?)?;
        let now = Stamp(reply.integer()?);
        let wait = reply.optional_integer()?.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
        let mut due = 0;
        while reply.remaining() > 0 {
            // One that cannot be read must not keep the others from their times.
            match Scheduled::read(DUE, reply.value()?, &self.queue.inner.codec) {
                Ok(Some(scheduled)) => {
                    self.fire(redis, swarm, now, scheduled).await?;
                    due += 1;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, %swarm, "a schedule that is due cannot be read"),
            }
        }
        Ok(Swept { tasks: due, next_in: wait })
    }

    async fn fire(
        &self,
        redis: &Redis,
        swarm: &SwarmName,
        now: Stamp,
        mut due: Scheduled,
    ) -> Result<(), Error> {
        let Some(at) = due.due_at else { return Ok(()) };
        // What an earlier version accepted and this one does not runs no more, until it is put anew.
        let next = due.said.check().ok().and_then(|cron| cron.after(now));
        let task = task_of(&due.name, due.said.task);
        let item = SubmitItem { id: TaskId::new(), spec: Spec::encode(&task, &self.queue.inner.codec)? };
        let mut call = Call::new(FIRE, &root(swarm));
        call.arg(due.name.as_str())
            .arg(at.0)
            .arg(due.version)
            .arg(next.map_or_else(String::new, |next| next.0.to_string()))
            .arg(due.said.overlap.as_str())
            .arg(due.said.missed.as_str());
        item.write(&mut call);
        let mut reply = Reader::new(FIRE, redis.call(call).await?)?;
        let (now, became) = (reply.integer()?, reply.text()?);
        if tell(&due.name, became)? {
            metrics::tasks(TaskEvent::Submitted, 1);
            self.queue.note_schedule(swarm, now, item.spec.when, None);
        }
        Ok(())
    }
}

/// Tells what became of a schedule that was due; whether its task was taken in.
fn tell(name: &ScheduleName, became: String) -> Result<bool, Error> {
    if matches!(became.as_str(), "missed" | "overlap" | "stale") {
        tracing::debug!(schedule = %name, became, "a schedule was due and does not run");
        return Ok(false);
    }
    let (id, taken) = taken(Line::new(FIRE, became))?;
    match taken {
        Taken::In(_) => {
            tracing::debug!(schedule = %name, task.id = %id, "a schedule runs");
            return Ok(true);
        }
        Taken::Duplicate(_) => {
            tracing::debug!(schedule = %name, task.id = %id, "a schedule was due and its task is there");
        }
        refused => {
            tracing::warn!(schedule = %name, ?refused, "a schedule was due and its task was refused");
        }
    }
    Ok(false)
}

impl Duty for Scheduler {
    const NAME: &'static str = "scheduler";

    async fn run_once(&self, redis: &Redis, swarm: &SwarmName) -> Result<Swept, Error> {
        Self::run_once(self, redis, swarm).await
    }
}
