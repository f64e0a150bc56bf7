//! One file an operation: its document and its handler.

pub(crate) mod agents;
pub(crate) mod docs;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod messages;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod perf;
pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod subscriptions;
pub(crate) mod swarms;
pub(crate) mod tasks;
pub(crate) mod tokens;
pub(crate) mod transactions;
