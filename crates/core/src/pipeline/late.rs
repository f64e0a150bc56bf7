use redis::Value;

use crate::{Call, Error};

/// A caller that decides what to send only when the flush starts, so that it
/// can take along everything that came up while the flush before was on its way.
///
/// Both methods run on the flusher's task and hold up everybody: they must
/// neither block nor take long.
pub trait LateCall: Send + 'static {
    /// The call to make now, or `None` when there is nothing to do any more.
    fn build(&mut self) -> Option<Call>;

    /// The reply; called exactly once if [`build`](Self::build) returned a call,
    /// and never otherwise.
    fn finish(self: Box<Self>, reply: Result<Value, Error>);
}
