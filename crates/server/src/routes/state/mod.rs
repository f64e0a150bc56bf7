//! The shared state of a swarm.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod increment;
pub(crate) mod list;
pub(crate) mod patch;
pub(crate) mod put;
pub(crate) mod slashes;
