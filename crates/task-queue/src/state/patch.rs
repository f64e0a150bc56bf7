//! Merges a patch into a key of the state: reads it, merges, and writes by `lua/state_put.lua` as long as its version is
//! the one that was read.

use std::time::Duration;

use tokio::time::sleep;
use waggle_core::{Error as RedisError, backoff::Backoff};

use super::{merge_patch::merge, put::Ttl};
use crate::{
    Error, TaskQueue,
    limits::{JSON_DEPTH, STATE_VALUE_BYTES},
    model::{Invalid, Json, StateEntry, StateGuard, StateKey, SwarmName, Versions},
};

/// How often a patch begins again when others have changed the key meanwhile. Those who patch in the same server take
/// turns, so that only other servers and other calls do.
const TRIES: usize = 64;
/// First and longest wait before it begins again.
const WAITS: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(50));

impl TaskQueue {
    /// Merges `patch` (RFC 7396) into the value of a key, if the guard admits it; a key that does not exist is made of
    /// the patch, and true says so. The key expires when it would have.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the patch is no object or the value would be too large; [`Error::VersionMismatch`],
    /// [`Error::StateFull`], [`Error::LeaseLost`], [`Error::TaskNotFound`] (that of the lease), [`Error::SwarmNotFound`],
    /// [`Error::Redis`]. The same patch twice does what it does once.
    pub async fn patch_state(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        patch: &Json,
        guard: &StateGuard,
    ) -> Result<(StateEntry, bool), Error> {
        check(patch)?;
        let _turn = self.inner.patch_turns.take(swarm, &key).await;
        let mut backoff = Backoff::new(WAITS.0, WAITS.1);
        for _ in 0..TRIES {
            match self.patch_once(swarm, key.clone(), patch, guard).await {
                Err(Error::VersionMismatch { version, .. }) if guard.admits(existing(version)) => {
                    sleep(backoff.next_delay()).await;
                }
                done => return done,
            }
        }
        Err(RedisError::Busy { detail: format!("{key} was changed by others {TRIES} times meanwhile") }
            .into())
    }

    async fn patch_once(
        &self,
        swarm: &SwarmName,
        key: StateKey,
        patch: &Json,
        guard: &StateGuard,
    ) -> Result<(StateEntry, bool), Error> {
        let before = self.find_state(swarm, key.clone()).await?;
        let version = before.as_ref().map(|entry| entry.version);
        if !guard.admits(version) {
            return Err(Error::VersionMismatch { key: key.to_string(), version: version.unwrap_or(0) });
        }
        let value = merged(before.as_ref().map(|entry| &entry.value), patch)?;
        self.write_state(swarm, key, value, Ttl::Keep, &unchanged(version, guard)).await
    }
}

/// The lease of `guard`, and a key that still is what it was.
fn unchanged(version: Option<u64>, guard: &StateGuard) -> StateGuard {
    let lease = guard.lease.clone();
    match version {
        Some(version) => {
            StateGuard { if_match: Versions::Of(vec![version]), if_none_match: Versions::Unnamed, lease }
        }
        None => StateGuard { if_match: Versions::Unnamed, if_none_match: Versions::Any, lease },
    }
}

/// The version of a refusal, which says 0 of a key that does not exist.
fn existing(version: u64) -> Option<u64> {
    (version > 0).then_some(version)
}

/// A value stands in the bodies of answers and snapshots, one level deeper than a bare patch.
fn check(patch: &Json) -> Result<(), Invalid> {
    if !patch.is_object() {
        return Err(Invalid::field("", "a merge patch has to be an object here: replace a value with PUT"));
    }
    if levels(patch.as_bytes()) >= JSON_DEPTH {
        return Err(Invalid::field("", format!("a patch is nested {} levels at most", JSON_DEPTH - 1)));
    }
    Ok(())
}

fn merged(value: Option<&Json>, patch: &Json) -> Result<Json, Error> {
    let broken = |_| RedisError::Internal { detail: "a stored state value is no JSON".to_owned() };
    let text = merge(value.map(Json::as_str), patch.as_str()).map_err(broken)?;
    if text.len() > STATE_VALUE_BYTES {
        return Err(
            Invalid::field("", format!("the value would have more than {STATE_VALUE_BYTES} bytes")).into()
        );
    }
    Ok(Json::parse(text).map_err(broken)?)
}

/// How deep arrays and objects of a JSON text stand within each other.
fn levels(text: &[u8]) -> usize {
    let (mut now, mut most, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_outside_of_strings() {
        for (text, count) in [("1", 0), ("{}", 1), (r#"{"a":[{}],"b":1}"#, 3), (r#"{"[[\"[":"{\\"}"#, 1)] {
            assert_eq!(levels(text.as_bytes()), count, "{text}");
        }
    }
}
