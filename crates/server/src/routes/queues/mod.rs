//! Queues.

pub(crate) mod purge;
pub(crate) mod replay;
