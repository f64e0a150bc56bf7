use redis::Value;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::late::LateCall;
use crate::{Call, Error};

/// Something that waits for a flush.
pub(super) struct Entry {
    /// When its caller came, room in the backlog waited for included.
    pub(super) arrived: Instant,
    /// What it takes of the backlog in bytes; a group's items are counted by themselves.
    pub(super) bytes: usize,
    pub(super) work: Work,
}

pub(super) enum Work {
    One { call: Call, reply: oneshot::Sender<Result<Value, Error>> },
    Batch { calls: Vec<Call>, reply: oneshot::Sender<Vec<Result<Value, Error>>> },
    Late(Box<dyn LateCall>),
    Group(Box<dyn Group>),
}

/// Items of one key that will share a call.
pub(super) trait Group: Send {
    /// Takes at most `room` items out of the backlog; runs no operation's code.
    fn take(&mut self, room: usize) -> Taken;
    /// The call for the items taken; `None` where every caller is gone.
    fn build(&mut self) -> Option<Call>;
    /// Answers the items taken.
    fn finish(self: Box<Self>, reply: Result<Value, Error>);
}

/// What [`Group::take`] took and left.
pub(super) struct Taken {
    /// Items taken, those without a caller included.
    pub(super) operations: usize,
    /// What they take of the backlog in bytes.
    pub(super) bytes: usize,
    /// Items left, as an entry of their own.
    pub(super) rest: Option<Box<dyn Group>>,
}

/// Who gets the replies, and how many of them.
pub(super) enum Recipient {
    One(oneshot::Sender<Result<Value, Error>>),
    Batch(usize, oneshot::Sender<Vec<Result<Value, Error>>>),
    Late(Box<dyn LateCall>),
    Group(Box<dyn Group>),
}

impl Work {
    /// Operations this is known to carry before it is bound. A group's items
    /// are counted as they come.
    pub(super) fn operations(&self) -> usize {
        match self {
            Self::One { call, .. } => call.operations(),
            Self::Batch { calls, .. } => calls.iter().map(Call::operations).sum(),
            Self::Late(_) | Self::Group(_) => 1,
        }
    }
}
