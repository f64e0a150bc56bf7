//! What can go wrong between a caller and Redis, and whether it was applied.

mod classify;
mod denied;
mod kind;

pub(crate) use classify::{after_send, before_send, is_missing_function, reply};
pub use kind::{Error, Outcome};
