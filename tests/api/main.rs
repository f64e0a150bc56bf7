//! What the HTTP contract promises, operation by operation, asked of a real service.

mod health;
mod http;
mod openapi;
mod swarms;
mod tasks;
