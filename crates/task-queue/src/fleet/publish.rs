//! Appends to a list of this server: `lua/fleet_publish.lua`.

use std::time::Duration;

use waggle_core::Call;

use super::FleetList;
use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function};

impl TaskQueue {
    /// Appends `entry` to a list of the server `node`, of which the last `keep` entries are kept, all of them for `ttl`
    /// unless another one follows; the server is among the others for `present` from now on, where that is said.
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
        present: Option<Duration>,
    ) -> Result<(), Error> {
        let mut call = Call::new(function!("fleet_publish"), DIRECTORY_ROOT);
        let millis = |time: Duration| time.as_millis().to_string();
        call.arg(node).arg(list.name()).arg(entry).arg(keep).arg(millis(ttl));
        call.arg(present.map_or_else(String::new, millis));
        self.inner.redis.call(call).await?;
        Ok(())
    }
}
