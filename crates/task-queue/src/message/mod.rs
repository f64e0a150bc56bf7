//! Operations on messages: one file, one operation, one function.

mod ack;
mod read;
mod send;

pub use send::MessageSent;
pub(crate) use send::{Header as MessageHeader, SendItem, SendMerge, Sending, too_many_recipients};
