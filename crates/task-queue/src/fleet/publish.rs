//! Appends to a list of this server: `lua/fleet_publish.lua`.

use std::time::Duration;

use waggle_core::Call;

use super::FleetList;
use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function};

impl TaskQueue {
    /// Appends `entry` to a list of the server `node`, of which the last `keep` entries are kept, all of them for `ttl`
    /// unless another one follows. Slots make the server known to the others as long as they are there.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn publish(
        &self,
        node: &str,
        list: FleetList,
        entry: &[u8],
        keep: u64,
        ttl: Duration,
    ) -> Result<(), Error> {
        let mut call = Call::new(function!("fleet_publish"), DIRECTORY_ROOT);
        let ttl = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
        call.arg(node).arg(list.name()).arg(entry).arg(keep).arg(ttl);
        self.inner.redis.call(call).await?;
        Ok(())
    }
}
