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
    limits::CALL_WEIGHT,
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
    /// Takes those of `tasks` in that are valid; one that is not does not spoil the others. Tasks that ask for nothing travel
    /// in one call; those with tags, dependencies and the like in as many as keep each short: when one of those fails, its
    /// tasks are answered with that error.
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
        let (mut replayed, mut taken_in, mut taken) = (true, 0, Vec::with_capacity(items.len()));
        let parts = calls_of(&items);
        let in_parts = parts.len() > 1;
        for (n, items) in parts.into_iter().enumerate() {
            let idempotency = idempotency.as_ref().map(|first| part_of(first, n));
            let reply = match self.submit_apart(swarm, items, idempotency.as_ref(), in_parts).await {
                Ok(reply) => reply,
                // What calls before it have taken in stands, and is answered.
                Err(error) if n > 0 => {
                    taken.extend(items.iter().map(|_| Err(error.clone())));
                    continue;
                }
                Err(error) => return Err(error),
            };
            for item in items {
                self.note_schedule(swarm, reply.now, item.spec.when, item.spec.deadline);
            }
            replayed &= reply.replayed;
            taken_in += reply.taken_in();
            taken.extend(reply.items.into_iter().map(Ok));
        }
        self.measure_batch(taken_in, started.elapsed());
        let mut taken = taken.into_iter();
        let unanswered = || Err(Error::Redis(super::submit::too_short()));
        let items = answers.into_iter().enumerate().map(|(index, known)| {
            let next = |taken: Result<_, Error>| taken.and_then(|taken| accepted(index, taken));
            known.or_else(|| taken.next().map(next)).unwrap_or_else(unanswered)
        });
        Ok(BatchSubmitted { items: items.collect(), replayed })
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

/// Cuts a batch so that no call weighs more than it may, a single task over; most batches are one call.
fn calls_of(items: &[SubmitItem]) -> Vec<&[SubmitItem]> {
    let (mut calls, mut from, mut weight) = (Vec::new(), 0, 0);
    for (at, item) in items.iter().enumerate() {
        if at > from && weight + item.spec.weight > CALL_WEIGHT {
            calls.push(&items[from..at]);
            (from, weight) = (at, 0);
        }
        weight += item.spec.weight;
    }
    calls.push(&items[from..]);
    calls
}

/// The key of the n-th call of a request: the same request is cut in the same way.
fn part_of(request: &Idempotency, n: usize) -> Idempotency {
    let scope = if n == 0 { request.scope.clone() } else { format!("{}/{n}", request.scope) };
    Idempotency { scope, ..request.clone() }
}

fn accepted(index: usize, (id, taken): (TaskId, Taken)) -> BatchItem {
    match taken {
        Taken::In(_) => Ok(BatchAccepted { id, created: true }),
        Taken::Duplicate(id) => Ok(BatchAccepted { id, created: false }),
        Taken::Refused(Error::Invalid(invalid)) => Err(invalid.under(&format!("/tasks/{index}")).into()),
        Taken::Refused(error) => Err(error),
    }
}
