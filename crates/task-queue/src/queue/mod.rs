//! Operations on queues.

mod purge;
mod replay;
