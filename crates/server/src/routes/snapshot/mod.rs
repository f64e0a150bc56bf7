//! Snapshots of whole swarms.

pub(crate) mod export;
pub(crate) mod restore;
