//! What a role will have to do before it would look next.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout_at},
};

use super::duty::ROUND;
use crate::model::SwarmName;

/// Redis counts whole milliseconds: a stamp is over one later.
const ROUNDING: Duration = Duration::from_millis(1);

/// The alarms that operations set for the roles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alarms {
    pub(crate) promoter: Alarm,
    pub(crate) timekeeper: Alarm,
    pub(crate) resolver: Alarm,
    pub(crate) reaper: Alarm,
    pub(crate) pruner: Alarm,
    pub(crate) custodian: Alarm,
    pub(crate) scheduler: Alarm,
    pub(crate) clearer: Alarm,
}

/// When which swarm needs a role, as far as that is sooner than its next round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alarm {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    due: Mutex<HashMap<SwarmName, Instant>>,
    sooner: Notify,
}

impl Alarm {
    /// Something is due in a swarm in so many milliseconds. What is further away than a round is left to the rounds.
    pub(crate) fn at(&self, swarm: &SwarmName, in_ms: i64) {
        let wait = Duration::from_millis(u64::try_from(in_ms).unwrap_or(0)) + ROUNDING;
        if wait > ROUND {
            return;
        }
        let at = Instant::now() + wait;
        let mut due = self.due();
        let soonest = due.values().min().is_none_or(|soonest| at < *soonest);
        match due.get_mut(swarm) {
            Some(known) => *known = at.min(*known),
            None => drop(due.insert(swarm.clone(), at)),
        }
        drop(due);
        if soonest {
            self.inner.sooner.notify_one();
        }
    }

    /// Resolves when something is due, or at `end`; with the swarms concerned.
    pub(super) async fn wait(&self, end: Instant) -> Vec<SwarmName> {
        timeout_at(end, self.next()).await.unwrap_or_default()
    }

    /// Resolves when something is due; with the swarms concerned.
    pub(super) async fn next(&self) -> Vec<SwarmName> {
        loop {
            let soonest = self.due().values().min().copied();
            match soonest {
                Some(at) if at <= Instant::now() => return self.take_due(),
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = self.inner.sooner.notified() => {}
                },
                None => self.inner.sooner.notified().await,
            }
        }
    }

    fn take_due(&self) -> Vec<SwarmName> {
        let now = Instant::now();
        let mut due = self.due();
        let over: Vec<_> = due.iter().filter(|(_, at)| **at <= now).map(|(swarm, _)| swarm.clone()).collect();
        for swarm in &over {
            due.remove(swarm);
        }
        over
    }

    fn due(&self) -> MutexGuard<'_, HashMap<SwarmName, Instant>> {
        self.inner.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_alarm_wakes_for_the_swarm_that_is_due_and_for_no_other() {
        let alarm = Alarm::default();
        let (soon, later): (SwarmName, SwarmName) = ("soon".parse().unwrap(), "later".parse().unwrap());
        alarm.at(&later, 900);
        alarm.at(&soon, 10);
        let end = Instant::now() + ROUND;
        assert_eq!(alarm.wait(end).await, vec![soon]);
        assert_eq!(alarm.wait(end).await, vec![later]);
        assert_eq!(alarm.wait(end).await, Vec::new());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_after_the_next_round_sets_no_alarm() {
        let alarm = Alarm::default();
        alarm.at(&SwarmName::default(), 30_000);
        assert!(alarm.due().is_empty());
    }
}
