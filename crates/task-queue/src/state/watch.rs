//! What has changed in the state: `lua/state_watch.lua`.

use waggle_core::Call;

use super::entry::read_entry;
use crate::{
    Error, TaskQueue,
    library::function,
    model::{DeletedState, StateItem, StateKey, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("state_watch");
/// Changes one call looks at: bounds its time in Redis where few of them are of the prefix.
const LOOK: usize = 1_000;

/// A stretch of the changes.
pub(super) struct Changes {
    pub(super) items: Vec<StateItem>,
    /// The version up to which all was looked at.
    pub(super) version: u64,
    /// Whether there are changes behind it.
    pub(super) more: bool,
}

impl TaskQueue {
    /// What has changed after `since`, in the order of the changes; no more than `want`.
    pub(super) async fn read_changes(
        &self,
        swarm: &SwarmName,
        since: u64,
        prefix: &str,
        want: usize,
    ) -> Result<Changes, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(since).arg(prefix).arg(want).arg(LOOK);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let version = reply.unsigned()?;
        let more = reply.integer()? == 1;
        let mut items = Vec::with_capacity(reply.remaining() / 3);
        while reply.remaining() > 0 {
            let key: StateKey =
                reply.text()?.parse().map_err(|_| reply.broken("a state key that is none"))?;
            let version = reply.unsigned()?;
            items.push(match reply.bytes()? {
                Some(stored) => StateItem::Entry(read_entry(FUNCTION, key, &stored, &self.inner.codec)?),
                None => StateItem::Deleted(DeletedState { key, deleted: true, version }),
            });
        }
        Ok(Changes { items, version, more })
    }
}
