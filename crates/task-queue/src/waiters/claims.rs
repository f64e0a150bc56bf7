//! Waiting for tasks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};
use waggle_core::trace;

use super::{
    Waiters,
    delivery::Delivery,
    group::{Answer, Place, Waiter},
    late_claim::LateClaim,
    registry::{GroupKey, Shared},
};
use crate::{
    Error,
    library::ANY_CAPABILITIES,
    limits::WAITING_CLAIMS,
    metrics::{Poll, Waiting},
    model::{Claim, Claimed, Directive, QueueName, SwarmName},
    store::{digest, joined},
};

impl Waiters {
    /// Asks for tasks and waits as long as the claim says. Dropping the future takes no task.
    pub(crate) async fn claim(&self, swarm: &SwarmName, claim: Claim) -> Result<Claimed, Error> {
        let patient = claim.wait_ms > 0 && !self.shared.is_draining();
        let wait = Duration::from_millis(claim.wait_ms);
        let (waiter, mut answer) = waiter(&claim, patient);
        let standing = Standing::take(&self.shared, swarm, claim.queues, waiter)?;
        if !patient {
            return received(answer.await);
        }
        match timeout(wait, &mut answer).await {
            Ok(answered) => received(answered),
            Err(_) if standing.leave() => Ok(Claimed { waited: wait, ..Claimed::default() }),
            // It is in a call right now: that call has a deadline of its own, and will not park it again.
            Err(_) => received(answer.await),
        }
    }
}

fn waiter(claim: &Claim, patient: bool) -> (Waiter, oneshot::Receiver<Answer>) {
    let (sender, receiver) = oneshot::channel();
    let asked = Instant::now();
    let waiter = Waiter {
        agent: claim.agent.clone(),
        want: claim.max_tasks,
        lease_ms: claim.lease_ms.map_or_else(String::new, |ms| ms.to_string()),
        claim_id: claim.claim_id.as_ref().map_or_else(String::new, |id| digest(&[id.as_str().as_bytes()])),
        capabilities: claim.capabilities.as_deref().map_or_else(|| ANY_CAPABILITIES.to_owned(), joined),
        asked,
        until: asked + Duration::from_millis(claim.wait_ms),
        patient: Arc::new(AtomicBool::new(patient)),
        has_waited: false,
        answer: sender,
        span: if patient { trace::wait("claim.wait") } else { trace::current() },
    };
    (waiter, receiver)
}

/// An answer that never comes means that the service is stopping.
fn received(answer: Result<Answer, oneshot::error::RecvError>) -> Result<Claimed, Error> {
    answer.map_or(Err(Error::Draining), |answer| answer.map(Delivery::take))
}

/// The place of a claim in its group, given up when the caller goes.
struct Standing {
    shared: Arc<Shared>,
    key: Arc<GroupKey>,
    place: Place,
    patient: Arc<AtomicBool>,
    /// Of one that may wait.
    _shown: Option<Waiting>,
}

impl Standing {
    fn take(
        shared: &Arc<Shared>,
        swarm: &SwarmName,
        queues: Vec<QueueName>,
        waiter: Waiter,
    ) -> Result<Self, Error> {
        if shared.waiting.load(Ordering::Relaxed) >= WAITING_CLAIMS {
            return Err(Error::TooManyWaiting);
        }
        let patient = Arc::clone(&waiter.patient);
        let waits = patient.load(Ordering::Relaxed);
        if waits {
            shared.subscriptions.need(&shared.redis, swarm);
        }
        let key = Arc::new(GroupKey { swarm: swarm.clone(), queues });
        let place = shared.next_place();
        let booked = {
            let mut groups = shared.groups();
            let group = groups.entry(Arc::clone(&key)).or_default();
            group.add(place, waiter);
            group.book()
        };
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        if booked {
            shared.call(&key);
        }
        let shown = waits.then(|| Waiting::new(Poll::Claim));
        Ok(Self { shared: Arc::clone(shared), key, place, patient, _shown: shown })
    }

    /// Leaves the group; false when the claim is in a call now, or answered. Both this and the parking of a claim
    /// that comes back from a call happen under the lock, so no claim parks behind its caller's back.
    fn leave(&self) -> bool {
        let mut groups = self.shared.groups();
        self.patient.store(false, Ordering::Relaxed);
        let Some(group) = groups.get_mut(&self.key) else { return false };
        let left = group.remove(self.place);
        if group.is_idle() {
            groups.remove(&self.key);
        }
        left
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.leave();
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shared {
    /// Queues a call for a group that has booked one; it takes its claims when the flush starts.
    pub(super) fn call(self: &Arc<Self>, key: &Arc<GroupKey>) {
        let late = LateClaim::new(Arc::clone(self), Arc::clone(key));
        let Err(error) = self.redis.call_late(Box::new(late)) else { return };
        let waiters = {
            let mut groups = self.groups();
            let Some(group) = groups.get_mut(key) else { return };
            group.unbook();
            group.take_fresh()
        };
        for waiter in waiters {
            // Whoever has gone does not need to be told.
            let _gone = waiter.answer.send(Err(Error::Redis(error.clone())));
        }
    }
}

/// Tells a claim that there is nothing.
pub(super) fn answer_nothing(waiter: Waiter) {
    direct(waiter, Directive::Run);
}

/// Tells a claim that there is nothing, and what its agent is to do.
pub(super) fn direct(waiter: Waiter, directive: Directive) {
    let waited = if waiter.has_waited { waiter.asked.elapsed() } else { Duration::ZERO };
    // Whoever has gone does not need to be told.
    let _gone = waiter.answer.send(Ok(Delivery::nothing(directive, waited)));
}
