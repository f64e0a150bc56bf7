//! What the HTTP contract promises, operation by operation, asked of a real service.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod bad_input;
mod health;
mod http;
mod openapi;
mod swarms;
mod tasks;
