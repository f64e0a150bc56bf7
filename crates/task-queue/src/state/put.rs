//! Sets a key of the state: `lua/state_put.lua`.

use tokio::time::Instant;
use waggle_core::{Call, perf::Series};

use super::{
    entry::{entry_of, frame_of},
    refusal::{lease_lost, task_not_found, unknown, version_mismatch},
};
use crate::{
    Error, TaskQueue,
    library::function,
    model::{Json, PutState, StateEntry, StateGuard, StateKey, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("state_put");

/// How long a key stays.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ttl {
    /// For so many milliseconds from now; for ever without a number.
    FromNow(Option<u64>),
    /// As long as it would have stayed.
    Keep,
}

impl TaskQueue {
    /// Sets a key, if the guard admits it; true when the key is new.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`], [`Error::StateFull`], [`Error::LeaseLost`], [`Error::TaskNotFound`] (that of the
    /// lease), [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`]. After an unknown outcome the same call with
    /// the same version is refused if it had been applied.
    pub async fn put_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        put: PutState,
        guard: &StateGuard,
    ) -> Result<(StateEntry, bool), Error> {
        put.check()?;
        self.write_state(swarm, key, put.value, Ttl::FromNow(put.ttl_ms), guard).await
    }

    pub(super) async fn write_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        value: Json,
        ttl: Ttl,
        guard: &StateGuard,
    ) -> Result<(StateEntry, bool), Error> {
        let started = Instant::now();
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(key.as_str())
            .arg(frame_of(&value, &self.inner.codec))
            .arg(match ttl {
                Ttl::FromNow(ms) => ms.map_or_else(String::new, |ms| ms.to_string()),
                Ttl::Keep => "keep".to_owned(),
            })
            .arg(guard.if_match.to_text())
            .arg(guard.if_none_match.to_text());
        self.add_writer(&mut call, guard.lease.as_ref());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut line = Reader::new(FUNCTION, reply)?.line()?;
        match line.optional_word() {
            Some("ok") => {
                self.inner.redis.perf().record(Series::StateWrite, started.elapsed());
                if let Ttl::FromNow(Some(ms)) = ttl {
                    self.inner.alarms.custodian.at(swarm, i64::try_from(ms).unwrap_or(i64::MAX));
                }
                let created = line.parse::<u8>()? == 1;
                Ok((entry_of(line, key, value)?, created))
            }
            Some("VERSIONMISMATCH") => Err(version_mismatch(&key, line)),
            Some("STATEFULL") => Err(Error::StateFull),
            Some("LEASELOST") => Err(lease_lost(guard, line)),
            Some("NOTFOUND") => Err(task_not_found(guard, &line)),
            _ => Err(unknown(&line)),
        }
    }
}
