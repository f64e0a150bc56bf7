//! Server-sent events (HTML Living Standard, 9.2).
//!
//! A chunk is made when the connection takes one: a reader that does not read costs one chunk of memory, and is cut
//! off by the connection's write timeout.

mod response;
mod source;
mod swarm_events;
mod updates;

pub(crate) use response::{is_endless, response};
pub(crate) use source::Source;
pub(crate) use updates::Updating;
