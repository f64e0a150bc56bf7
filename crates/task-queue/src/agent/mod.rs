//! Operations on agents: one file, one operation, one function.

mod delete;
mod drain;
mod get;
mod heartbeat;
mod list;
mod put;
mod record;
mod resume;
