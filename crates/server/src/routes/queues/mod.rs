//! Queues.

pub(crate) mod drain;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod pause;
pub(crate) mod purge;
pub(crate) mod put;
pub(crate) mod replay;
pub(crate) mod resume;
