//! The Redis layer against real servers, and what they do when they suffer.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cancellation;
mod closing;
mod cluster;
mod coalescing;
mod connecting;
mod cutting;
mod exercise;
mod outcomes;
mod pool;
mod readiness;
mod reloading;
mod runaway;
mod silence;
mod support;
mod wakeups;
