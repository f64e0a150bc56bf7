//! Calls that may be repeated without harm.

use std::time::Duration;

use tokio::time::Instant;
use waggle_core::{Call, Error as RedisError, Value, backoff::Backoff};

use crate::{Error, TaskQueue, model::SwarmName, task::refused};

/// How long a Redis that does not answer is asked again: a restart of it should not cost the snapshot.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// How long a call is repeated.
pub(super) struct Patience {
    ends: Instant,
    backoff: Backoff,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { ends: Instant::now() + PATIENCE, backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT) }
    }

    /// Waits where the error may pass.
    ///
    /// # Errors
    /// The error itself, where it may not, or has not in time.
    pub(super) async fn after(&mut self, error: RedisError) -> Result<(), Error> {
        let passing = matches!(
            error,
            RedisError::Unavailable { .. } | RedisError::Unknown { .. } | RedisError::Busy { .. }
        );
        if !passing || Instant::now() >= self.ends {
            return Err(Error::Redis(error));
        }
        tokio::time::sleep(self.backoff.next_delay()).await;
        Ok(())
    }
}

/// Sends a call until it is answered, for a while.
///
/// # Errors
/// [`Error::SwarmNotFound`], [`Error::Redis`].
pub(super) async fn call_patiently(queue: &TaskQueue, swarm: &SwarmName, call: Call) -> Result<Value, Error> {
    let mut patience = Patience::new();
    loop {
        match queue.inner.redis.call(call.clone()).await {
            Ok(reply) => return Ok(reply),
            Err(error) => patience.after(error).await.map_err(|error| match error {
                Error::Redis(error) => refused(swarm, error),
                other => other,
            })?,
        }
    }
}
