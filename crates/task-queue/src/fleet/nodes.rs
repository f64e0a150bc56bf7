//! Names the servers of the fleet: `lua/fleet_nodes.lua`.

use waggle_core::Call;

use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function, limits::FLEET_NODES, store::Reader};

const FUNCTION: &str = function!("fleet_nodes");

impl TaskQueue {
    /// The servers that have published lately, [`FLEET_NODES`] at most.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn fleet_nodes(&self) -> Result<Vec<String>, Error> {
        let mut call = Call::read_only(FUNCTION, DIRECTORY_ROOT);
        call.arg(FLEET_NODES);
        let mut reply = Reader::new(FUNCTION, self.inner.redis.call(call).await?)?;
        let mut nodes = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            nodes.push(reply.text()?);
        }
        Ok(nodes)
    }
}
