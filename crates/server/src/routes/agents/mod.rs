//! Agents.

pub(crate) mod delete;
pub(crate) mod drain;
pub(crate) mod get;
pub(crate) mod heartbeat;
pub(crate) mod list;
pub(crate) mod put;
pub(crate) mod resume;
