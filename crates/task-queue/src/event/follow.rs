//! Follows what happens in a swarm: `lua/event_follow.lua`, and [`read`](super::read) again and again.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};
use waggle_core::Call;

use super::followers::Place;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Event, EventFilter, EventId, SwarmName},
    task::{refused, root},
    waiters::{Topic, Watch},
};

const FUNCTION: &str = function!("event_follow");
/// Entries of the stream read at once: what a follower holds in memory.
const PAGE: usize = 32;
/// How long a follower trusts that it would have been woken.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Between two looks of a follower that keeps up: changes that come close together are read together.
const PACE: Duration = Duration::from_millis(5);
/// For how long a swarm is told at a time that somebody follows.
const FOLLOWED: Duration = Duration::from_secs(60);
/// How often it is told.
const TELL_AGAIN: Duration = Duration::from_secs(20);

/// Somebody who follows the events of a swarm.
pub struct Follower {
    queue: TaskQueue,
    swarm: SwarmName,
    filter: EventFilter,
    position: EventId,
    not_before: Instant,
    until: Until,
    ended: bool,
    watch: Watch,
    _place: Place,
}

/// What a follower gets.
#[derive(Debug)]
pub enum Followed {
    /// Events in their order, at least one.
    Events(Vec<Event>),
    /// Events behind the follower's position were dropped from the history before it read them. Nothing follows.
    Gone,
}

/// When following ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When everything was read that has happened so far.
    Present,
    /// Never.
    Stopped,
}

/// What one look has found.
enum Look {
    Found(Followed),
    /// There is more, and nothing that fits so far.
    More,
    Nothing,
}

impl TaskQueue {
    /// Begins to follow the events of a swarm that fit `filter`: behind `after`, or from now on. A position that lies
    /// behind everything that has happened is taken for the present, `0-0.0` for the oldest event that is kept.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::EventsOff`], [`Error::TooManyWaiting`] beyond
    /// [`EVENT_FOLLOWERS`](crate::limits::EVENT_FOLLOWERS), [`Error::Draining`], [`Error::Redis`].
    pub async fn follow(
        &self,
        swarm: &SwarmName,
        filter: EventFilter,
        after: Option<EventId>,
        until: Until,
    ) -> Result<Follower, Error> {
        if self.inner.waiters.is_draining() {
            return Err(Error::Draining);
        }
        let place = self.inner.followers.join()?;
        let watch = self.inner.waiters.watch(swarm, Topic::Events);
        let present = self.look_at_events(swarm).await?;
        if present.off && until == Until::Stopped {
            return Err(Error::EventsOff(swarm.to_string()));
        }
        if until == Until::Stopped {
            // Whatever was told before: it may have been another swarm of this name.
            self.tell_of_followers(swarm).await?;
        }
        Ok(Follower {
            queue: self.clone(),
            swarm: swarm.clone(),
            filter,
            position: after.map_or(present.end, |after| after.min(present.end)),
            not_before: Instant::now(),
            until,
            ended: false,
            watch,
            _place: place,
        })
    }

    /// Makes every change of the swarm wake its followers, those of other servers too.
    async fn be_told_of_events(&self, swarm: &SwarmName) -> Result<(), Error> {
        if self.inner.followers.is_due(swarm, TELL_AGAIN) {
            self.tell_of_followers(swarm).await
        } else {
            Ok(())
        }
    }

    async fn tell_of_followers(&self, swarm: &SwarmName) -> Result<(), Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(FOLLOWED.as_millis() as u64);
        self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        self.inner.followers.note_told(swarm, TELL_AGAIN);
        Ok(())
    }
}

impl Follower {
    /// Waits for the next events. Nothing more comes when the swarm is gone, when the service stops, and behind
    /// [`Followed::Gone`]. While Redis is away it waits. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Followed> {
        while !self.ended {
            sleep_until(self.not_before).await;
            let woken = self.watch.woken();
            if self.queue.inner.waiters.is_draining() {
                break;
            }
            match self.look().await {
                Ok(Look::Found(found)) => {
                    self.ended = matches!(found, Followed::Gone);
                    return Some(found);
                }
                Ok(Look::More) => {}
                Err(Error::SwarmNotFound(_)) => break,
                Ok(Look::Nothing) if self.until == Until::Present => break,
                // A Redis that is away comes back; the history is still there then, or `Gone` says that it is not.
                Ok(Look::Nothing) | Err(_) => {
                    let _woken_or_not = timeout(LOOK_AGAIN, woken).await;
                }
            }
        }
        self.ended = true;
        None
    }

    /// Behind what was read last; to go on here later is to lose nothing.
    pub fn position(&self) -> EventId {
        self.position
    }

    async fn look(&mut self) -> Result<Look, Error> {
        self.queue.be_told_of_events(&self.swarm).await?;
        let stretch = self.queue.read_events(&self.swarm, self.position, PAGE).await?;
        if stretch.has_dropped_behind(self.position) {
            return Ok(Look::Found(Followed::Gone));
        }
        self.position = stretch.reached.unwrap_or(self.position).max(self.position);
        let is_full = stretch.entries >= PAGE;
        if !is_full {
            self.not_before = Instant::now() + PACE;
        }
        let mut events = stretch.events;
        events.retain(|event| self.filter.fits(event));
        Ok(match (events.is_empty(), is_full) {
            (false, _) => Look::Found(Followed::Events(events)),
            (true, true) => Look::More,
            (true, false) => Look::Nothing,
        })
    }
}
