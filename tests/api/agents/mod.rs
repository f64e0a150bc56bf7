//! Agents: one file an operation, and one a subject that concerns several.

mod capacity;
mod delete;
mod drain;
mod get;
mod heartbeat;
mod list;
mod lost;
mod pinned;
mod presence;
mod put;
mod resume;
pub(crate) mod support;
