//! What the HTTP contract promises, operation by operation, asked of a real service.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod access;
mod agents;
mod bad_input;
mod browsers;
mod events;
mod health;
mod hosts;
mod http;
mod limits;
mod messages;
mod openapi;
mod perf;
mod queues;
mod recipes;
mod schedules;
mod snapshot;
mod state;
mod subscriptions;
mod swarms;
mod tasks;
mod tls;
mod tokens;
mod traces;
mod transactions;
