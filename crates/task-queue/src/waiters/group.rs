//! The claims that ask the same queues of one swarm.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{sync::oneshot, time::Instant};
use tracing::Span;
use waggle_core::Outcome;

use super::delivery::Delivery;

use crate::{Error, model::AgentName};

/// Claims that go into the first call of a round after a wake-up; each following call takes twice as many.
const FIRST_CALL: usize = 4;
/// Claims that go into one call at most.
pub(super) const CALL_CLAIMS: usize = 100;

/// The place of a claim in the order in which claims came to this server.
pub(super) type Place = u64;

/// What a claim is answered.
pub(super) type Answer = Result<Delivery, Error>;

/// A claim that waits to be answered.
pub(super) struct Waiter {
    pub(super) agent: AgentName,
    pub(super) want: usize,
    /// Milliseconds as text; empty for each task's own.
    pub(super) lease_ms: String,
    /// Digest of the claim id; empty for none.
    pub(super) claim_id: String,
    /// Capabilities joined by commas; `*` for those the agent is registered with.
    pub(super) capabilities: String,
    /// When it asked.
    pub(super) asked: Instant,
    /// When its time is over.
    pub(super) until: Instant,
    /// Whether it may wait when there is nothing; its caller clears this when the time is over.
    pub(super) patient: Arc<AtomicBool>,
    /// Whether it has been parked before.
    pub(super) has_waited: bool,
    pub(super) answer: oneshot::Sender<Answer>,
    /// What its calls belong to in a trace.
    pub(super) span: Span,
}

impl Waiter {
    /// Whether a call that failed may leave this claim waiting: it was waiting before, and the call took nothing for it
    /// and may do better in a moment, or what it took is answered under its claim id.
    pub(super) fn outlasts(&self, error: &waggle_core::Error) -> bool {
        match error.outcome() {
            Outcome::Rejected => self.has_waited && error.retryable(),
            Outcome::Unknown => self.has_waited && !self.claim_id.is_empty(),
        }
    }

    /// Milliseconds it will stand by from now on; 0 when it does not wait.
    pub(super) fn stands_by(&self) -> u128 {
        if self.is_patient() { self.until.saturating_duration_since(Instant::now()).as_millis() } else { 0 }
    }

    fn is_patient(&self) -> bool {
        self.patient.load(Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(super) struct Group {
    fresh: BTreeMap<Place, Waiter>,
    parked: BTreeMap<Place, Waiter>,
    /// Parked claims from this place on are to go round.
    round: Option<Place>,
    /// Whether the round only looks if nothing is there indeed: it ends with the first call that finds nothing.
    probing: bool,
    /// The claim that looked last: each time it is another one's turn, since what one may not have may suit the next.
    probed: Option<Place>,
    /// Whether claims are on their way that look by themselves: nobody else is called before they are back, so that they
    /// keep their places when something comes meanwhile.
    probe_in_flight: bool,
    /// How many go into the next call of the round.
    step: usize,
    /// When the claims go round by themselves, since a rate lets nothing go before.
    again_at: Option<Instant>,
    /// Counts wake-ups.
    epoch: u64,
    /// Whether a call is waiting for the next flush.
    queued: bool,
    in_flight: usize,
}

/// What one call took along.
pub(super) struct Taken {
    pub(super) waiters: Vec<(Place, Waiter)>,
    /// Whether one of them looks by itself.
    pub(super) looks: bool,
    epoch: u64,
}

impl Group {
    pub(super) fn add(&mut self, place: Place, waiter: Waiter) {
        self.fresh.insert(place, waiter);
    }

    /// Takes a claim out that no longer waits; false when it is in a call now, or answered.
    pub(super) fn remove(&mut self, place: Place) -> bool {
        self.fresh.remove(&place).is_some() || self.parked.remove(&place).is_some()
    }

    /// Claims that wait and are in no call.
    pub(super) fn parked(&self) -> usize {
        self.parked.len()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.fresh.is_empty() && self.parked.is_empty() && !self.queued && self.in_flight == 0
    }

    /// Whether a wake-up concerns anybody here.
    pub(super) fn has_waiters(&self) -> bool {
        !self.parked.is_empty() || self.in_flight > 0
    }

    /// Notes that a call is to be queued, if one has anything to take along and none is queued yet.
    pub(super) fn book(&mut self) -> bool {
        let book = self.wants_call();
        self.queued |= book;
        book
    }

    /// The call that was booked could not be queued.
    pub(super) fn unbook(&mut self) {
        self.queued = false;
    }

    /// Something became ready: every claim that was parked or is in a call goes round.
    pub(super) fn wake(&mut self) {
        self.epoch += 1;
        self.probing = false;
        self.start_round(FIRST_CALL);
    }

    /// The claims are to go round at `at`; the time for which somebody has to wake them, unless that is known already.
    pub(super) fn look_again(&mut self, at: Instant) -> Option<Instant> {
        if self.parked.is_empty() || self.again_at.is_some_and(|known| known <= at) {
            return None;
        }
        self.again_at = Some(at);
        Some(at)
    }

    /// It is the time for which `look_again` asked.
    pub(super) fn wake_at(&mut self, at: Instant) {
        if self.again_at == Some(at) {
            self.again_at = None;
            self.wake();
        }
    }

    /// The claims of an agent look again: whether it may take tasks has changed.
    pub(super) fn recall(&mut self, agent: &AgentName) {
        self.epoch += 1;
        for (place, waiter) in self.parked.extract_if(.., |_, waiter| waiter.agent == *agent) {
            self.fresh.insert(place, waiter);
        }
    }

    /// Takes the waiting claims of an agent out; those that are in a call look once more.
    pub(super) fn dismiss(&mut self, agent: &AgentName) -> Vec<Waiter> {
        self.epoch += 1;
        let parked = self.parked.extract_if(.., |_, waiter| waiter.agent == *agent);
        parked.map(|(_, waiter)| waiter).collect()
    }

    /// Takes all that are parked out: what they wait in is gone.
    pub(super) fn turn_away(&mut self) -> Vec<Waiter> {
        self.round = None;
        std::mem::take(&mut self.parked).into_values().collect()
    }

    /// Nothing was heard for a while: one claim looks whether that is true, and the eldest goes with it.
    pub(super) fn probe(&mut self) {
        if self.round.is_none() {
            self.probing = true;
            self.step = 1;
            let behind = self.probed.map_or(0, |last| last + 1);
            let mut turns = self.parked.range(behind..).chain(self.parked.range(..behind));
            self.probed = turns.next().map(|(place, _)| *place);
            self.round = self.probed;
        }
    }

    fn start_round(&mut self, step: usize) {
        self.round = Some(0);
        self.step = step;
    }

    /// Whether a call has anything to take along.
    fn wants_call(&self) -> bool {
        !self.queued
            && !self.probe_in_flight
            && (!self.fresh.is_empty()
                || self.round.is_some_and(|from| self.parked.range(from..).next().is_some()))
    }

    /// The claims of the next call, the eldest first; those whose callers have gone are dropped.
    pub(super) fn take(&mut self) -> Taken {
        self.queued = false;
        let mut places = Vec::new();
        let looks = self.probing && self.round.is_some();
        if let Some(from) = self.round {
            places
                .extend(self.parked.range(from..).map(|(place, _)| *place).take(self.step.min(CALL_CLAIMS)));
            self.step = (self.step * 2).min(CALL_CLAIMS);
            let next = places.last().map(|last| last + 1);
            // A round that has come to the last claim is over: what is parked again goes round only for a reason.
            self.round = next.filter(|next| self.parked.range(next..).next().is_some());
        }
        if looks {
            // Whatever has come meanwhile is the eldest one's before it is that of the one whose turn it is to look.
            places.extend(self.parked.keys().next());
            places.sort_unstable();
            places.dedup();
        }
        let mut waiters: Vec<_> =
            places.into_iter().filter_map(|place| Some((place, self.parked.remove(&place)?))).collect();
        while waiters.len() < CALL_CLAIMS {
            let Some(first) = self.fresh.pop_first() else { break };
            waiters.push(first);
        }
        waiters.retain(|(_, waiter)| !waiter.answer.is_closed());
        let looks = looks && !waiters.is_empty();
        self.probe_in_flight |= looks;
        self.in_flight += usize::from(!waiters.is_empty());
        Taken { waiters, epoch: self.epoch, looks }
    }

    /// A call has come back.
    pub(super) fn landed(&mut self, looked: bool) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.probe_in_flight &= !looked;
    }

    /// Parks a claim that got nothing, or hands it back to be answered when its time is over. When a wake-up came
    /// while it was in the call, or the call is to be made again, it goes round once more.
    pub(super) fn park(
        &mut self,
        place: Place,
        mut waiter: Waiter,
        taken_at: u64,
        again: bool,
    ) -> Option<Waiter> {
        if !again && !waiter.is_patient() {
            return Some(waiter);
        }
        if again || self.epoch != taken_at {
            self.round = Some(self.round.map_or(place, |from| from.min(place)));
            self.step = self.step.max(FIRST_CALL);
        }
        waiter.has_waited = true;
        self.parked.insert(place, waiter);
        None
    }

    /// Ends the round when a call says that nothing is left, or was a probe and served nobody, unless a wake-up came
    /// since that call was built.
    pub(super) fn end_round(&mut self, taken_at: u64, left: bool, served: bool) {
        if self.epoch == taken_at && (!left || (self.probing && !served)) {
            self.round = None;
        }
    }

    /// Claims that no call could be queued for.
    pub(super) fn take_fresh(&mut self) -> Vec<Waiter> {
        std::mem::take(&mut self.fresh).into_values().collect()
    }

    /// Everybody who waits, for the end of the service.
    pub(super) fn clear(&mut self) -> Vec<Waiter> {
        self.round = None;
        let fresh = std::mem::take(&mut self.fresh);
        fresh.into_values().chain(std::mem::take(&mut self.parked).into_values()).collect()
    }
}

impl Taken {
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }
}
