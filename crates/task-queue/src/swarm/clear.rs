//! Takes keys of deleted swarms away: `lua/swarm_clear.lua`.

use bytes::Bytes;
use waggle_core::{Call, Error, Value};

use crate::{library::function, model::SwarmName, store::Reader, task::root};

const FUNCTION: &str = function!("swarm_clear");

/// What a call of `swarm_clear` finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Clearing {
    /// It was deleted, at this time, and has keys.
    Closed(String),
    /// It is there.
    Open,
    /// There is no such swarm, or no more.
    Gone,
}

impl Clearing {
    /// Reads what a call made by [`clear`] was answered.
    pub(crate) fn read(reply: Value) -> Result<Self, Error> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        match reply.text()?.as_str() {
            "closed" => reply.text().map(Self::Closed),
            "open" => Ok(Self::Open),
            "gone" => Ok(Self::Gone),
            _ => Err(reply.broken("a word nobody knows")),
        }
    }
}

/// A call that takes keys away, by their names behind the root, of a swarm that was closed at `when`: an empty `when`
/// asks for it. `last` says that nothing but the swarm's own record is left, which then goes as well.
pub(crate) fn clear(swarm: &SwarmName, when: &str, last: bool, names: &[Bytes]) -> Call {
    let mut call = Call::new(FUNCTION, &root(swarm));
    call.arg(when).arg(u8::from(last));
    for name in names {
        call.arg(&name[..]);
    }
    call
}
