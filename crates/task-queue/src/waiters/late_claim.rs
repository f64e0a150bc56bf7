//! One call of `lua/task_claim.lua` for many claims, built when its flush starts.

use std::sync::Arc;

use waggle_core::{Call, Error as RedisError, LateCall, Value};

use super::{
    claims::answer_nothing,
    delivery::{Delivery, WayBack},
    group::{Place, Taken, Waiter},
    registry::{GroupKey, Shared},
};
use crate::{
    Error,
    library::function,
    model::Task,
    store::{Reader, claimed_task, seed},
    task::{refused, root},
};

const FUNCTION: &str = function!("task_claim");

/// What a call says of the tasks that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Some,
    /// The call stopped at its bound.
    Again,
}

pub(super) struct LateClaim {
    shared: Arc<Shared>,
    key: Arc<GroupKey>,
    taken: Option<Taken>,
}

impl LateClaim {
    pub(super) const fn new(shared: Arc<Shared>, key: Arc<GroupKey>) -> Self {
        Self { shared, key, taken: None }
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
                .arg(waiter.capabilities.as_str());
        }
        call.weight(waiters.len());
        call
    }

    fn read(&self, reply: Value, waiters: &[(Place, Waiter)]) -> Result<(Left, Vec<Vec<Task>>), RedisError> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        let left = match reply.integer()? {
            0 => Left::Nothing,
            1 => Left::Some,
            _ => Left::Again,
        };
        let tasks = waiters.iter().map(|(_, waiter)| self.tasks_of(reply.array()?, waiter));
        Ok((left, tasks.collect::<Result<_, _>>()?))
    }

    fn tasks_of(&self, mut reply: Reader, waiter: &Waiter) -> Result<Vec<Task>, RedisError> {
        let mut tasks = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            tasks.push(claimed_task(reply.array()?, &self.key.swarm, &waiter.agent, &self.shared.codec)?);
        }
        Ok(tasks)
    }

    fn deliver(&self, tasks: Vec<Task>, waiter: Waiter, way_back: &Arc<WayBack>) {
        for task in &tasks {
            if let (Some(lease), Some(started_at)) = (&task.lease, task.started_at) {
                self.shared.alarms.reaper.at(&self.key.swarm, lease.expires_at.0 - started_at.0);
            }
        }
        // A delivery that nobody takes gives its tasks back when it is dropped.
        let _refused = waiter.answer.send(Ok(Delivery::new(tasks, Arc::clone(way_back))));
    }

    fn refuse(&self, waiters: Vec<(Place, Waiter)>, error: RedisError) {
        let error = refused(&self.key.swarm, error);
        for (_, waiter) in waiters {
            // Whoever has gone does not need to be told.
            let _gone = waiter.answer.send(Err::<Delivery, Error>(error.clone()));
        }
    }

    /// Answers those who got something, and parks the others as far as they may wait.
    fn settle(&self, epoch: u64, waiters: Vec<(Place, Waiter)>, left: Left, tasks: Vec<Vec<Task>>) {
        let way_back = WayBack { redis: self.shared.redis.clone(), swarm: self.key.swarm.clone() };
        let way_back = Arc::new(way_back);
        let mut to_park = Vec::new();
        for ((place, waiter), tasks) in waiters.into_iter().zip(tasks) {
            if !tasks.is_empty() {
                self.deliver(tasks, waiter, &way_back);
            } else if !waiter.answer.is_closed() {
                to_park.push((place, waiter));
            }
        }
        self.land(epoch, to_park, left);
    }

    /// Puts the group in order after a call, and books the next one where it wants one.
    fn land(&self, epoch: u64, to_park: Vec<(Place, Waiter)>, left: Left) {
        let mut over = Vec::new();
        let booked = {
            let mut groups = self.shared.groups();
            let group = groups.entry(Arc::clone(&self.key)).or_default();
            group.landed();
            if left == Left::Nothing {
                group.nothing_left(epoch);
            }
            for (place, waiter) in to_park {
                over.extend(group.park(place, waiter, epoch, left == Left::Again));
            }
            let booked = group.book();
            if group.is_idle() {
                groups.remove(&self.key);
            }
            booked
        };
        over.into_iter().for_each(answer_nothing);
        if booked {
            self.shared.call(&self.key);
        }
        if self.shared.is_draining() {
            self.shared.answer_all();
        }
    }
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
        self.taken = Some(taken);
        Some(call)
    }

    fn finish(mut self: Box<Self>, reply: Result<Value, RedisError>) {
        let Some(taken) = self.taken.take() else { return };
        let epoch = taken.epoch();
        match reply.and_then(|reply| self.read(reply, &taken.waiters)) {
            Ok((left, tasks)) => self.settle(epoch, taken.waiters, left, tasks),
            Err(error) => {
                self.refuse(taken.waiters, error);
                self.land(epoch, Vec::new(), Left::Some);
            }
        }
    }
}
