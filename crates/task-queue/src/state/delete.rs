//! Deletes a key of the state: `lua/state_delete.lua`.

use tokio::time::Instant;
use waggle_core::{Call, perf::Series};

use super::refusal::{lease_lost, task_not_found, unknown, version_mismatch};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{StateGuard, StateKey, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("state_delete");

impl TaskQueue {
    /// Deletes a key, if the guard admits it; the version of its deletion.
    ///
    /// # Errors
    /// [`Error::StateNotFound`], [`Error::VersionMismatch`], [`Error::LeaseLost`], [`Error::TaskNotFound`] (that of the
    /// lease), [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn delete_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        guard: &StateGuard,
    ) -> Result<u64, Error> {
        let started = Instant::now();
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(key.as_str()).arg(guard.if_match.to_text()).arg(guard.if_none_match.to_text());
        self.add_writer(&mut call, guard.lease.as_ref());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut line = Reader::new(FUNCTION, reply)?.line()?;
        match line.optional_word() {
            Some("ok") => {
                self.inner.redis.perf().record(Series::StateWrite, started.elapsed());
                Ok(line.parse()?)
            }
            Some("STATENOTFOUND") => Err(Error::StateNotFound(key.to_string())),
            Some("VERSIONMISMATCH") => Err(version_mismatch(&key, line)),
            Some("LEASELOST") => Err(lease_lost(guard, line)),
            Some("NOTFOUND") => Err(task_not_found(guard, &line)),
            _ => Err(unknown(&line)),
        }
    }
}
