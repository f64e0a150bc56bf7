//! Adds to a number of the state: `lua/state_increment.lua`.

use tokio::time::Instant;
use waggle_core::{Call, perf::Series};

use super::{
    entry::entry_of,
    refusal::{lease_lost, task_not_found, unknown, version_mismatch},
};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Increment, StateEntry, StateGuard, StateKey, SwarmName},
    store::{Reader, frame_json},
    task::{Idempotency, refused, root},
};

const FUNCTION: &str = function!("state_increment");

/// The sum.
#[derive(Debug)]
pub struct Incremented {
    /// The key with the sum.
    pub entry: StateEntry,
    /// Whether the key is new.
    pub created: bool,
    /// Whether this is the answer to an earlier call with the same idempotency key.
    pub replayed: bool,
}

impl TaskQueue {
    /// Adds to a number, if the guard admits it; a key that does not exist counts as 0.
    ///
    /// # Errors
    /// [`Error::NotANumber`], [`Error::VersionMismatch`], [`Error::StateFull`], [`Error::LeaseLost`],
    /// [`Error::TaskNotFound`] (that of the lease), [`Error::IdempotencyMismatch`], [`Error::SwarmNotFound`],
    /// [`Error::Invalid`], [`Error::Redis`]. After an unknown outcome the same call with the same idempotency key or the
    /// same version does no harm.
    pub async fn increment_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        increment: Increment,
        guard: &StateGuard,
        idempotency: Option<Idempotency>,
    ) -> Result<Incremented, Error> {
        increment.check()?;
        let started = Instant::now();
        let mut call = Call::new(FUNCTION, &root(swarm));
        let (memory, digest) = Idempotency::to_args(idempotency.as_ref());
        call.arg(memory)
            .arg(digest)
            .arg(key.as_str())
            .arg(increment.by.to_string())
            .arg(guard.if_match.to_text())
            .arg(guard.if_none_match.to_text());
        self.add_writer(&mut call, guard.lease.as_ref());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let replayed = reply.integer()? == 1;
        let mut line = reply.line()?;
        match line.optional_word() {
            Some("ok") => {
                self.inner.redis.perf().record(Series::StateWrite, started.elapsed());
                let created = line.parse::<u8>()? == 1;
                let frame = reply.bytes()?.unwrap_or_default();
                let sum = frame_json(frame, &self.inner.codec)?.ok_or_else(|| unknown(&line))?;
                Ok(Incremented { entry: entry_of(line, key, sum)?, created, replayed })
            }
            Some("NOTANUMBER") => Err(Error::NotANumber(key.to_string())),
            Some("VERSIONMISMATCH") => Err(version_mismatch(&key, line)),
            Some("STATEFULL") => Err(Error::StateFull),
            Some("LEASELOST") => Err(lease_lost(guard, line)),
            Some("NOTFOUND") => Err(task_not_found(guard, &line)),
            _ => Err(unknown(&line)),
        }
    }
}
