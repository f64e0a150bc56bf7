//! One file an operation: its document and its handler.

pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod swarms;
pub(crate) mod tasks;
