//! Takes a task in: `lua/task_submit.lua`.

use std::time::Duration;

use tokio::time::Instant;
use waggle_core::{Call, Error as RedisError, Merge, Value, perf::Series};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::{CALL_WEIGHT, MERGE_BYTES, MERGE_DEPENDENCIES, PARENTS},
    metrics::{self, TaskEvent},
    model::{AgentName, Invalid, NewTask, Stamp, Status, SwarmName, Task, TaskId, Text},
    store::{Line, Reader, Spec, When, digest, taken_in},
};

const FUNCTION: &str = function!("task_submit");

/// A key under which the same request is answered alike for 24 hours.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The caller's key.
    pub key: Text,
    /// What the key is good for: the operation and who asks.
    pub scope: String,
    /// SHA-256 of the body.
    pub body_digest: [u8; 32],
}

impl Idempotency {
    /// Digests of the key and of the body, as the functions want them; nothing twice where there is no key.
    pub(crate) fn to_args(this: Option<&Self>) -> (String, Vec<u8>) {
        this.map_or_else(Default::default, |this| {
            (digest(&[this.scope.as_bytes(), this.key.as_str().as_bytes()]), this.body_digest.to_vec())
        })
    }
}

/// The answer to a submit.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// The task: the new one, or the unfinished one with the same `dedup_key`.
    pub task: Task,
    /// Whether it is new.
    pub created: bool,
    /// Whether the answer is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// What is said of a task that was taken in, beyond what its submitter said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beyond {
    /// How often it may be tried, where its queue says so.
    attempts: Option<u32>,
    /// The agent it was assigned to.
    agent: Option<AgentName>,
    /// Where it stands, of one that depends on others.
    status: Option<Status>,
}

impl Beyond {
    fn read(line: &mut Line) -> Result<Self, RedisError> {
        Ok(Self { attempts: line.unless_dash()?, agent: line.unless_dash()?, status: line.unless_dash()? })
    }

    /// Says it of a task.
    pub(crate) fn say(self, task: &mut Task) {
        task.max_attempts = self.attempts.unwrap_or(task.max_attempts);
        task.agent = self.agent.or(task.agent.take());
    }
}

/// What became of one task of a `task_submit`.
#[derive(Debug, Clone)]
pub(crate) enum Taken {
    In(Beyond),
    Duplicate(TaskId),
    /// Why it was not taken in; pointers are those of a task.
    Refused(Error),
}

pub(crate) fn unknown_parent() -> Error {
    Invalid::field("/parent", UNKNOWN).into()
}

pub(crate) fn unknown_dependency(at: usize) -> Error {
    Invalid::field(format!("/depends_on/{at}"), UNKNOWN).into()
}

const UNKNOWN: &str =
    "there is no such task in this swarm: it never existed or its retention has ended; nothing was submitted";

/// A task on its way into Redis.
pub(crate) struct SubmitItem {
    pub(crate) id: TaskId,
    pub(crate) spec: Spec,
}

impl SubmitItem {
    /// Appends the arguments of this task to a call.
    pub(crate) fn write(&self, call: &mut Call) {
        let Self { id, spec } = self;
        call.arg(id.encode(&mut [0; 36]))
            .arg(spec.when.to_text())
            .arg(spec.header.as_str())
            .arg(spec.dedup_key.as_str())
            .arg(spec.rest.as_slice())
            .arg(spec.dependencies());
    }
}

impl TaskQueue {
    /// Takes `task` in, or finds the unfinished task that has its `dedup_key`.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::IdempotencyMismatch`], [`Error::TooManyCapabilitySets`], [`Error::QueueFull`],
    /// [`Error::QueueDraining`], [`Error::Invalid`] for a deadline that has passed, [`Error::Redis`].
    /// After an unknown outcome the same request under an [`Idempotency`] does no harm.
    pub async fn submit(
        &self,
        swarm: &SwarmName,
        task: NewTask,
        idempotency: Option<Idempotency>,
    ) -> Result<Submitted, Error> {
        let started = Instant::now();
        let spec = Spec::encode(&task, &self.inner.codec)?;
        let (id, when) = (TaskId::new(), spec.when);
        let alone = spec.size() > MERGE_BYTES || spec.depends_on.len() > MERGE_DEPENDENCIES;
        let apart = idempotency.is_some() || alone;
        let item = SubmitItem { id, spec };
        let (replayed, now, id, taken) = if apart {
            let reply = self.submit_apart(swarm, &[item], idempotency.as_ref(), false).await?;
            let (id, taken) = reply.items.into_iter().next().ok_or_else(too_short)?;
            (reply.replayed, reply.now, id, taken)
        } else {
            let (now, taken) =
                self.inner.submits.run(swarm.clone(), item).await.map_err(|error| refused(swarm, error))?;
            (false, now, id, taken)
        };
        match taken {
            Taken::In(beyond) => {
                if !replayed {
                    self.inner.redis.perf().record(Series::Submit, started.elapsed());
                }
                self.note_schedule(swarm, now, when, task.deadline);
                let task = self.entered(swarm, id, now, beyond, when, task).await?;
                Ok(Submitted { task, created: true, replayed })
            }
            Taken::Duplicate(holder) => match self.get(swarm, holder, Duration::ZERO).await {
                Ok(task) => Ok(Submitted { task, created: false, replayed }),
                // The holder has been forgotten since. A replay says again what it can of the first answer.
                Err(Error::TaskNotFound(_)) if idempotency.is_some() => {
                    let task = taken_in(swarm, holder, now, when.run_at(now), task)?;
                    Ok(Submitted { task, created: false, replayed })
                }
                Err(Error::TaskNotFound(_)) => Box::pin(self.submit(swarm, task, None)).await,
                Err(error) => Err(error),
            },
            Taken::Refused(error) => Err(error),
        }
    }

    /// The task as it stands once it was taken in: one that depends on others may wait, or have ended at once.
    pub(crate) async fn entered(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        now: i64,
        beyond: Beyond,
        when: When,
        task: NewTask,
    ) -> Result<Task, Error> {
        let mut submitted = taken_in(swarm, id, now, when.run_at(now), task)?;
        let status = beyond.status.unwrap_or(submitted.status);
        beyond.say(&mut submitted);
        let run_at = submitted.run_at.filter(|_| status != Status::Ready);
        if !status.is_finished() {
            return Ok(Task { status, run_at, ..submitted });
        }
        match self.get(swarm, id, Duration::ZERO).await {
            Ok(task) => Ok(task),
            // It has been forgotten since, or cannot be looked at now; it was taken in all the same, and saying anything else
            // would be wrong.
            Err(Error::TaskNotFound(_) | Error::Redis(_)) => {
                Ok(Task { status, finished_at: Some(Stamp(now)), ..submitted })
            }
            Err(error) => Err(error),
        }
    }

    /// Submits in a call of its own, which an idempotency key or a large payload needs.
    pub(crate) async fn submit_apart(
        &self,
        swarm: &SwarmName,
        items: &[SubmitItem],
        idempotency: Option<&Idempotency>,
        in_parts: bool,
    ) -> Result<SubmitReply, Error> {
        let reply = self.inner.redis.call(call(swarm, items, idempotency, in_parts)).await;
        let reply = reply.map_err(|error| refused(swarm, error))?;
        Ok(SubmitReply::read(reply)?)
    }

    /// Lets the promoter and the timekeeper know of a task that is due before they would look next.
    pub(crate) fn note_schedule(&self, swarm: &SwarmName, now: i64, when: When, deadline: Option<Stamp>) {
        if let Some(run_at) = when.run_at(now) {
            self.inner.alarms.promoter.at(swarm, run_at - now);
        }
        if let Some(Stamp(deadline)) = deadline {
            self.inner.alarms.timekeeper.at(swarm, deadline - now);
        }
    }
}

/// What is said of a task that could only fail.
pub(crate) fn deadline_passed(pointer: &str) -> Invalid {
    Invalid::field(pointer, "after now, and after run_at or delay_ms")
}

pub(super) fn too_short() -> RedisError {
    RedisError::Internal { detail: "task_submit: the reply is too short".to_owned() }
}

/// in_parts: whether these are not all of a request, so that even a reply in which nothing was taken in is remembered.
fn call(swarm: &SwarmName, items: &[SubmitItem], idempotency: Option<&Idempotency>, in_parts: bool) -> Call {
    let mut call = Call::new(FUNCTION, &root(swarm));
    let (key, body_digest) = Idempotency::to_args(idempotency);
    call.arg(key).arg(body_digest).arg(u8::from(in_parts));
    for item in items {
        item.write(&mut call);
    }
    call.weight(items.len());
    call
}

/// What `task_submit` returns.
pub(crate) struct SubmitReply {
    pub(crate) replayed: bool,
    /// Redis time of the submit, in milliseconds.
    pub(crate) now: i64,
    pub(crate) items: Vec<(TaskId, Taken)>,
}

impl SubmitReply {
    pub(crate) fn read(reply: Value) -> Result<Self, RedisError> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (replayed, now) = (reply.integer()? == 1, reply.integer()?);
        let mut items = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            items.push(taken(reply.line()?)?);
        }
        let reply = Self { replayed, now, items };
        metrics::tasks(TaskEvent::Submitted, reply.taken_in());
        Ok(reply)
    }

    /// Tasks that this very call took in.
    pub(crate) fn taken_in(&self) -> usize {
        if self.replayed {
            return 0;
        }
        self.items.iter().filter(|(_, taken)| matches!(taken, Taken::In(_))).count()
    }
}
/// What a line says of one task.
pub(crate) fn taken(mut line: Line) -> Result<(TaskId, Taken), RedisError> {
    let word = line.optional_word().map(str::to_owned);
    let id = line.parse()?;
    let taken = match word.as_deref() {
        Some("ok") => Taken::In(Beyond::read(&mut line)?),
        Some("dup") => Taken::Duplicate(id),
        Some("CAPABILITYSETS") => Taken::Refused(Error::TooManyCapabilitySets),
        Some("SWARMFULL") => Taken::Refused(Error::SwarmFull),
        Some("QUEUEFULL") => Taken::Refused(Error::QueueFull),
        Some("QUEUEDRAINING") => Taken::Refused(Error::QueueDraining),
        Some("DEADLINEPASSED") => Taken::Refused(deadline_passed("/deadline").into()),
        Some("UNKNOWNPARENT") => Taken::Refused(unknown_parent()),
        Some("PARENTTOODEEP") => Taken::Refused(parent_too_deep()),
        Some("UNKNOWNDEPENDENCY") => Taken::Refused(unknown_dependency(line.parse()?)),
        _ => return Err(line.broken()),
    };
    Ok((id, taken))
}

pub(crate) fn parent_too_deep() -> Error {
    Invalid::field("/parent", format!("at most {PARENTS} tasks may stand above one another")).into()
}

/// Joins submits that wait for the same swarm.
pub(crate) struct SubmitMerge;

impl Merge for SubmitMerge {
    type Key = SwarmName;
    type Item = SubmitItem;
    type Output = (i64, Taken);
    const MAX_ITEMS: usize = 100;
    const MAX_WEIGHT: usize = CALL_WEIGHT;
    const FUNCTION: &'static str = FUNCTION;

    fn weight(&self, item: &SubmitItem) -> usize {
        item.spec.weight
    }

    fn bytes(&self, item: &SubmitItem) -> usize {
        size_of::<SubmitItem>() + item.spec.size()
    }

    fn call(&self, swarm: &SwarmName, items: &[SubmitItem]) -> Call {
        call(swarm, items, None, false)
    }

    fn split(
        &self,
        _: &SwarmName,
        _: Vec<SubmitItem>,
        reply: Value,
    ) -> Result<Vec<(i64, Taken)>, RedisError> {
        let reply = SubmitReply::read(reply)?;
        Ok(reply.items.into_iter().map(|(_, taken)| (reply.now, taken)).collect())
    }
}
