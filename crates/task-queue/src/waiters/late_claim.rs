//! One call of `lua/task_claim.lua` for many claims, built when its flush starts.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::Span;
use waggle_core::{Call, Error as RedisError, LateCall, Value, perf::Series, trace};

use super::{
    claims::{answer_nothing, direct},
    delivery::{Delivery, WayBack},
    group::{Place, Taken, Waiter},
    registry::{GroupKey, Shared},
};
use crate::{
    Error,
    library::function,
    metrics::{self, TaskEvent},
    model::{AgentName, Directive, Task},
    store::{Reader, claimed_task, seed},
    task::{refused, root},
};

const FUNCTION: &str = function!("task_claim");

/// What a call has for one claim.
enum Share {
    Tasks(Handed),
    /// The call reached its bound before this claim.
    Again,
    /// The agent shall take no more tasks: it drains, or was removed while it waited.
    Told(Directive),
    /// The agent is unknown, and the swarm has no room for it.
    TooManyAgents,
}

/// What a call has left.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    /// Ready tasks may be left that somebody may have now.
    some: bool,
    /// When a rate lets more go that it keeps back now.
    later: Option<Duration>,
}

/// Tasks of a claim.
struct Handed {
    tasks: Vec<Task>,
    /// For each that is handed out for the first time, how many microseconds it was ready.
    queued: Vec<u64>,
    /// Whether they are the answer to the same claim for the second time.
    again: bool,
}

pub(super) struct LateClaim {
    shared: Arc<Shared>,
    key: Arc<GroupKey>,
    taken: Option<Taken>,
    /// When the call was built.
    built: Instant,
    /// Whether the call took along a claim that looks by itself.
    looks: bool,
    /// One for each claim that is part of a trace.
    spans: Vec<Span>,
}

impl LateClaim {
    pub(super) fn new(shared: Arc<Shared>, key: Arc<GroupKey>) -> Self {
        Self { shared, key, taken: None, built: Instant::now(), looks: false, spans: Vec::new() }
    }

    fn call(&self, waiters: &[(Place, Waiter)]) -> Call {
        let mut call = Call::new(FUNCTION, &root(&self.key.swarm));
        call.arg(self.key.queues.len());
        for queue in &self.key.queues {
            call.arg(queue.as_str());
        }
        for (_, waiter) in waiters {
            call.arg(waiter.agent.as_str())
                .arg(waiter.want)
                .arg(waiter.lease_ms.as_str())
                .arg(waiter.claim_id.as_str())
                .arg(seed())
                .arg(waiter.capabilities.as_str())
                .arg(waiter.stands_by().to_string())
                .arg(u8::from(waiter.has_waited));
        }
        call.weight(waiters.len());
        call
    }

    /// What is left, and what each claim gets.
    fn read(&self, reply: Value, waiters: &[(Place, Waiter)]) -> Result<(Left, Vec<Share>), RedisError> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        let some = reply.integer()? != 0;
        let wait = u64::try_from(reply.integer()?).unwrap_or(0);
        let left = Left { some, later: (wait > 0).then(|| Duration::from_millis(wait)) };
        let share = |(_, waiter): &(Place, Waiter)| match reply.value()? {
            Value::Int(_) => Ok(Share::Again),
            Value::BulkString(word) => refusal(&word),
            tasks => self.tasks_of(Reader::new(FUNCTION, tasks)?, waiter),
        };
        Ok((left, waiters.iter().map(share).collect::<Result<_, RedisError>>()?))
    }

    fn tasks_of(&self, mut reply: Reader, waiter: &Waiter) -> Result<Share, RedisError> {
        let room = reply.remaining();
        let (mut tasks, mut queued, mut again) = (Vec::with_capacity(room), Vec::with_capacity(room), false);
        while reply.remaining() > 0 {
            let record = reply.array()?;
            match claimed_task(record, &self.key.swarm, &waiter.agent, &self.shared.codec) {
                Ok((task, ready_for)) => {
                    tasks.push(task);
                    again |= ready_for.is_none();
                    queued.extend(ready_for);
                }
                // It must not keep the others from their tasks; its own lease ends like that of a dead holder.
                Err(error) => tracing::error!(%error, "a claimed task cannot be read"),
            }
        }
        Ok(Share::Tasks(Handed { tasks, queued, again }))
    }

    /// A claim that waited took as long as the call that served it; a task was assigned to whoever was there before it.
    fn measure(&self, waiter: &Waiter, queued: &[u64]) {
        let perf = self.shared.redis.perf();
        let all = waiter.asked.elapsed();
        let took = all.saturating_sub(self.waited(waiter));
        perf.record(Series::Claim, took);
        perf.batch(queued.len(), took);
        metrics::tasks(TaskEvent::Claimed, queued.len());
        for ready_for in queued.iter().map(|micros| Duration::from_micros(*micros)) {
            perf.record(Series::Queued, ready_for);
            metrics::queued(ready_for);
            if waiter.has_waited && ready_for <= all {
                perf.record(Series::TaskAssignment, ready_for);
                metrics::assigned(ready_for);
            }
        }
    }

    /// How long a claim waited before this call.
    fn waited(&self, waiter: &Waiter) -> Duration {
        if waiter.has_waited { self.built.saturating_duration_since(waiter.asked) } else { Duration::ZERO }
    }

    fn deliver(&self, tasks: Vec<Task>, waiter: Waiter, way_back: Option<Arc<WayBack>>) {
        for task in &tasks {
            if let (Some(lease), Some(started_at)) = (&task.lease, task.started_at) {
                self.shared.alarms.reaper.at(&self.key.swarm, lease.expires_at.0 - started_at.0);
            }
        }
        let delivery = Delivery::new(tasks, self.waited(&waiter), way_back);
        // A delivery that nobody takes gives its tasks back when it is dropped.
        let _refused = waiter.answer.send(Ok(delivery));
    }

    /// After a call that failed: those who may go on waiting do, until the next wake-up or probe; the others are told.
    fn fail(&self, epoch: u64, waiters: Vec<(Place, Waiter)>, error: &RedisError) {
        let (stay, go): (Vec<_>, Vec<_>) =
            waiters.into_iter().partition(|(_, waiter)| waiter.outlasts(error));
        let error = refused(&self.key.swarm, error.clone());
        if matches!(error, Error::SwarmNotFound(_)) {
            self.shared.turn_away(&self.key.swarm);
        }
        for (_, waiter) in go {
            // Whoever has gone does not need to be told.
            let _gone = waiter.answer.send(Err::<Delivery, Error>(error.clone()));
        }
        self.land(
            epoch,
            stay.into_iter().map(|(place, waiter)| (place, waiter, false)).collect(),
            Left::default(),
            false,
        );
    }

    /// Answers those who got something, and parks the others as far as they may wait.
    fn settle(&self, epoch: u64, waiters: Vec<(Place, Waiter)>, left: Left, shares: Vec<Share>) {
        let way_back = WayBack { redis: self.shared.redis.clone(), swarm: self.key.swarm.clone() };
        let way_back = Arc::new(way_back);
        let twins = twins(&waiters);
        let (mut to_park, mut served, mut counted) = (Vec::new(), false, HashSet::new());
        for ((place, waiter), share) in waiters.into_iter().zip(shares) {
            match share {
                Share::Tasks(handed) if !handed.tasks.is_empty() => {
                    served = true;
                    let twin = twins.get(&(waiter.agent.clone(), waiter.claim_id.clone()));
                    if twin.is_none_or(|twin| counted.insert(twin)) {
                        self.measure(&waiter, &handed.queued);
                    }
                    let Handed { tasks, again, .. } = handed;
                    let alone = !again && twin.is_none();
                    self.deliver(tasks, waiter, alone.then(|| Arc::clone(&way_back)));
                }
                Share::Told(directive) => direct(waiter, directive),
                Share::TooManyAgents => {
                    // Whoever has gone does not need to be told.
                    let _gone = waiter.answer.send(Err(Error::TooManyAgents));
                }
                // The caller has gone, with nothing to give back.
                _ if waiter.answer.is_closed() => {}
                share => to_park.push((place, waiter, matches!(share, Share::Again))),
            }
        }
        self.land(epoch, to_park, left, served);
    }

    /// Lets the group go round when its queues may hand tasks out again.
    fn look_at(&self, at: Instant) {
        let (shared, key) = (Arc::clone(&self.shared), Arc::clone(&self.key));
        tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            shared.stir(|other| *other == *key, |group| group.wake_at(at));
        });
    }

    /// Puts the group in order after a call, and books the next one where it wants one.
    fn land(&self, epoch: u64, to_park: Vec<(Place, Waiter, bool)>, left: Left, served: bool) {
        let mut over = Vec::new();
        let booked = {
            let mut groups = self.shared.groups();
            let group = groups.entry(Arc::clone(&self.key)).or_default();
            group.landed(self.looks);
            group.end_round(epoch, left.some, served);
            for (place, waiter, again) in to_park {
                over.extend(group.park(place, waiter, epoch, again));
            }
            if let Some(wait) = left.later
                && let Some(at) = group.look_again(Instant::now() + wait)
            {
                self.look_at(at);
            }
            let booked = group.book();
            if group.is_idle() {
                groups.remove(&self.key);
            }
            booked
        };
        for waiter in over {
            if !waiter.has_waited {
                self.shared.redis.perf().record(Series::ClaimEmpty, waiter.asked.elapsed());
            }
            answer_nothing(waiter);
        }
        if booked {
            self.shared.call(&self.key);
        }
        if self.shared.is_draining() {
            self.shared.answer_all();
        }
    }
}

fn refusal(word: &[u8]) -> Result<Share, RedisError> {
    match word {
        b"drain" => Ok(Share::Told(Directive::Drain)),
        b"stop" => Ok(Share::Told(Directive::Stop)),
        b"TOOMANYAGENTS" => Ok(Share::TooManyAgents),
        _ => Err(RedisError::Internal { detail: format!("{FUNCTION}: a word nobody knows") }),
    }
}

/// Claims that came twice under one claim id and are answered with the same tasks: where one of the callers has gone,
/// the tasks are the other one's, and are not given back.
fn twins(waiters: &[(Place, Waiter)]) -> HashSet<(AgentName, String)> {
    let mut seen = HashSet::new();
    let named = waiters.iter().filter(|(_, waiter)| !waiter.claim_id.is_empty());
    named
        .map(|(_, waiter)| (waiter.agent.clone(), waiter.claim_id.clone()))
        .filter(|name| !seen.insert(name.clone()))
        .collect()
}

/// The call as each of its claims sees it.
fn spans(waiters: &[(Place, Waiter)]) -> Vec<Span> {
    let span = |(_, waiter): &(Place, Waiter)| trace::within(&waiter.span, FUNCTION, Some(waiters.len()));
    waiters.iter().map(span).collect()
}

impl LateCall for LateClaim {
    fn build(&mut self) -> Option<Call> {
        let taken = {
            let mut groups = self.shared.groups();
            let group = groups.get_mut(&self.key)?;
            let taken = group.take();
            // Claims beyond the bound of one call go into another one.
            let more = group.book();
            if group.is_idle() {
                groups.remove(&self.key);
            }
            (taken, more)
        };
        let (taken, more) = taken;
        if more {
            self.shared.call(&self.key);
        }
        if taken.waiters.is_empty() {
            return None;
        }
        let call = self.call(&taken.waiters);
        if trace::is_on() {
            self.spans = spans(&taken.waiters);
        }
        self.built = Instant::now();
        self.looks = taken.looks;
        self.taken = Some(taken);
        Some(call)
    }

    fn finish(mut self: Box<Self>, reply: Result<Value, RedisError>) {
        let Some(taken) = self.taken.take() else { return };
        let epoch = taken.epoch();
        for span in self.spans.drain(..) {
            trace::ended(&span, &reply);
        }
        match reply.and_then(|reply| self.read(reply, &taken.waiters)) {
            Ok((left, shares)) => self.settle(epoch, taken.waiters, left, shares),
            Err(error) => self.fail(epoch, taken.waiters, &error),
        }
    }
}
