//! Messages between agents.

pub(crate) mod ack;
pub(crate) mod read;
pub(crate) mod send;
