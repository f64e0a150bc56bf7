//! One bounded step of a role in one swarm.

use std::time::Duration;

use waggle_core::{Call, Error, Redis};

use crate::{limits::SWEEP_TASKS, model::SwarmName, store::Reader, task::root};

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Tasks it moved; as many as one step may move when there may be more.
    pub tasks: usize,
    /// How long until the next one is due; nothing waits for this role when absent.
    pub next_in: Option<Duration>,
}

impl Swept {
    /// Whether another step is due at once.
    pub const fn is_full(&self) -> bool {
        self.tasks >= SWEEP_TASKS
    }
}

/// Makes one step; with what the function says beyond that.
pub(super) async fn sweep(
    redis: &Redis,
    swarm: &SwarmName,
    function: &'static str,
) -> Result<(Swept, Reader), Error> {
    let mut call = Call::new(function, &root(swarm));
    call.arg(SWEEP_TASKS);
    let mut reply = Reader::new(function, redis.call(call).await?)?;
    let tasks = usize::try_from(reply.integer()?).unwrap_or(0);
    let next_in = reply.optional_integer()?.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0)));
    Ok((Swept { tasks, next_in }, reply))
}
