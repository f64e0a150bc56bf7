//! Who waits for what in this server: claims for tasks, readers for the end of a task.
//!
//! # Protocol
//!
//! All claims that ask the same queues of a swarm stand in one group. A claim that has just come is *fresh*: it goes
//! into the next call to Redis, together with all that came meanwhile. One that got nothing and may wait is *parked*.
//! A list of ready tasks that turns from empty to not empty publishes a wake-up; the group then starts a *round*:
//! parked claims go into calls again, the eldest first, few in the first call and twice as many in each one after it,
//! for as long as Redis says that tasks may be left.
//!
//! No wake-up is lost: a claim parks only after a call that began when it was in the group; a wake-up that comes while
//! that call is in flight raises the group's epoch, and the claims of an older epoch go round again; the channel is
//! subscribed to before the first claim of a swarm parks, and a round follows when the subscription stands; and once
//! a second one claim of each group goes round in any case.
//!
//! A claim whose caller has gone is left out; tasks that reach it all the same are given back.

mod claims;
mod delivery;
mod group;
mod late_claim;
mod listener;
mod registry;
mod subscriptions;
mod watches;

pub(crate) use registry::Waiters;
pub(crate) use watches::{Topic, Watch};
