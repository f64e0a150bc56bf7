//! What the HTTP contract promises, operation by operation, asked of a real service.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod agents;
mod bad_input;
mod events;
mod health;
mod http;
mod messages;
mod openapi;
mod perf;
mod queues;
mod recipes;
mod snapshot;
mod state;
mod subscriptions;
mod swarms;
mod tasks;
mod traces;
mod transactions;
