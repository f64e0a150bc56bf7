//! Closes an empty swarm, so that nobody sees it before it is complete: `lua/snapshot_begin.lua`.

use waggle_core::{Call, Error as RedisError, Value};

use super::patience::Patience;
use crate::{
    Error, TaskQueue,
    library::function,
    model::SwarmName,
    store::Reader,
    task::{refused, root},
};

const BEGIN: &str = function!("snapshot_begin");

impl TaskQueue {
    /// Closes it, or looks alone; returns whether there are rests of an earlier restore.
    pub(super) async fn begin_restore(
        &self,
        swarm: &SwarmName,
        word: &str,
        only_look: bool,
    ) -> Result<bool, Error> {
        let mut patience = Patience::new();
        loop {
            let mut call = Call::new(BEGIN, &root(swarm));
            call.arg(word).arg(u8::from(only_look));
            let error = match self.inner.redis.call(call).await {
                Ok(reply) => return Ok(Reader::new(BEGIN, Value::Array(vec![reply]))?.integer()? == 1),
                Err(error) => error,
            };
            match &error {
                RedisError::Refused { code, .. } if code == "SWARMNOTEMPTY" => {
                    return Err(Error::SwarmNotEmpty(swarm.to_string()));
                }
                RedisError::Refused { code, .. } if code == "SWARMCLOSED" => {
                    return Err(Error::SwarmClosed(swarm.to_string()));
                }
                RedisError::Refused { .. } => return Err(refused(swarm, error)),
                // The word tells that it was the same restore.
                _ => patience.after(error).await?,
            }
        }
    }
}
