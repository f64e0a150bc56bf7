//! Takes many tasks in, in one call: `lua/task_submit.lua`.

use std::time::Duration;

use tokio::time::Instant;
use waggle_core::perf::Series;

use super::{
    Idempotency, TaskQueue,
    submit::{SubmitItem, Taken},
};
use crate::{
    Error,
    model::{Invalid, NewTask, SwarmName, TaskId},
    store::Spec,
};

/// A task of a batch that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchAccepted {
    /// Its id, or that of the unfinished task with its `dedup_key`.
    pub id: TaskId,
    /// Whether it is new.
    pub created: bool,
}

/// What became of one task of a batch.
pub type BatchItem = Result<BatchAccepted, Error>;

/// The answer to a batch, in its order.
#[derive(Debug)]
pub struct BatchSubmitted {
    /// One answer for each task.
    pub items: Vec<BatchItem>,
    /// Whether the answer is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl TaskQueue {
    /// Takes those of `tasks` in that are valid; one that is not does not spoil the others.
    ///
    /// # Errors
    /// As [`TaskQueue::submit`], for the batch as a whole; then none was taken in.
    pub async fn submit_batch(
        &self,
        swarm: &SwarmName,
        tasks: Vec<Result<NewTask, Invalid>>,
        idempotency: Option<Idempotency>,
    ) -> Result<BatchSubmitted, Error> {
        let mut items = Vec::with_capacity(tasks.len());
        let mut answers: Vec<Option<BatchItem>> = Vec::with_capacity(tasks.len());
        for task in tasks {
            match task {
                Ok(task) => {
                    items.push(SubmitItem {
                        id: TaskId::new(),
                        spec: Spec::encode(&task, &self.inner.codec)?,
                    });
                    answers.push(None);
                }
                Err(invalid) => answers.push(Some(Err(invalid.into()))),
            }
        }
        let started = Instant::now();
        let reply = self.submit_apart(swarm, &items, idempotency.as_ref()).await?;
        self.measure_batch(reply.taken_in(), started.elapsed());
        for item in &items {
            self.note_schedule(swarm, reply.now, item.spec.when);
        }
        let mut taken = reply.items.into_iter().map(accepted);
        let unanswered = || Err(Error::Redis(super::submit::too_short()));
        let items =
            answers.into_iter().map(|known| known.or_else(|| taken.next()).unwrap_or_else(unanswered));
        Ok(BatchSubmitted { items: items.collect(), replayed: reply.replayed })
    }
}

impl TaskQueue {
    /// Each task of a batch that was taken in was so after the time that the batch took.
    fn measure_batch(&self, tasks: usize, took: Duration) {
        if tasks == 0 {
            return;
        }
        let perf = self.inner.redis.perf();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        perf.record_value(Series::Submit, micros, u32::try_from(tasks).unwrap_or(u32::MAX));
        perf.batch(tasks, took);
    }
}

fn accepted((id, taken): (TaskId, Taken)) -> BatchItem {
    match taken {
        Taken::In => Ok(BatchAccepted { id, created: true }),
        Taken::Duplicate(id) => Ok(BatchAccepted { id, created: false }),
        Taken::TooManyCapabilitySets => Err(Error::TooManyCapabilitySets),
        Taken::SwarmFull => Err(Error::SwarmFull),
        Taken::UnknownParent => Err(super::submit::unknown_parent()),
    }
}
