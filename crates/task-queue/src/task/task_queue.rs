//! What all operations share.

use std::{collections::HashMap, sync::Arc};

use waggle_core::{Codec, Merger, Redis};

use super::{acting::Acting, heartbeat::HeartbeatMerge, settle::SettleMerge, submit::SubmitMerge};
use crate::{
    Error,
    event::Followers,
    keys,
    limits::EVENT_FOLLOWERS,
    maintenance::Alarms,
    message::SendMerge,
    model::{QueueName, SwarmName},
    state::PatchTurns,
    waiters::Waiters,
};

/// The task queue: submit, claim, settle and look at tasks. Cheap to clone.
#[derive(Clone)]
pub struct TaskQueue {
    pub(crate) inner: Arc<Inner>,
    /// Of calls on somebody's behalf.
    pub(super) acting: Option<Arc<Acting>>,
}

pub(crate) struct Inner {
    pub(crate) redis: Redis,
    pub(crate) codec: Codec,
    pub(crate) submits: Merger<SubmitMerge>,
    pub(crate) settles: Merger<SettleMerge>,
    pub(crate) heartbeats: Merger<HeartbeatMerge>,
    pub(crate) sends: Merger<SendMerge>,
    pub(crate) waiters: Waiters,
    pub(crate) followers: Followers,
    pub(crate) patch_turns: PatchTurns,
    pub(crate) alarms: Alarms,
}

impl TaskQueue {
    /// A queue on `redis`, whose functions must be those of [`crate::library`]. Payloads, results,
    /// errors and progress are framed by `codec`.
    ///
    /// Spawns the listener for wake-ups, so it must be called within a tokio runtime.
    pub fn new(redis: Redis, codec: Codec) -> Self {
        let alarms = Alarms::default();
        let waiters = Waiters::spawn(redis.clone(), codec.clone(), alarms.clone());
        let inner = Inner {
            submits: redis.merger(SubmitMerge),
            settles: redis.merger(SettleMerge),
            heartbeats: redis.merger(HeartbeatMerge),
            sends: redis.merger(SendMerge),
            redis,
            codec,
            waiters,
            alarms,
            followers: Followers::new(EVENT_FOLLOWERS),
            patch_turns: PatchTurns::default(),
        };
        Self { inner: Arc::new(inner), acting: None }
    }

    /// The Redis beneath.
    pub fn redis(&self) -> &Redis {
        &self.inner.redis
    }

    /// Answers every long poll that waits now, and lets no later one wait: the service is stopping.
    pub fn drain(&self) {
        self.inner.waiters.drain();
    }

    /// Claims that wait in this server now.
    pub fn waiting_claims(&self) -> usize {
        self.inner.waiters.waiting_claims()
    }

    /// The same by swarm and queue; one that asks several queues counts for each.
    pub fn waiting_by_queue(&self) -> HashMap<(SwarmName, QueueName), usize> {
        self.inner.waiters.waiting_by_queue()
    }

    /// Bytes from which on values are compressed.
    pub fn compression_threshold(&self) -> usize {
        self.inner.codec.threshold()
    }
}

/// Gives the refusals that any function may make their names.
pub(crate) fn refused(swarm: &SwarmName, error: waggle_core::Error) -> Error {
    match &error {
        waggle_core::Error::Refused { code, .. } if code == "SWARMNOTFOUND" => {
            Error::SwarmNotFound(swarm.to_string())
        }
        waggle_core::Error::Refused { code, .. } if code == "IDEMPOTENCYMISMATCH" => {
            Error::IdempotencyMismatch
        }
        _ => Error::Redis(error),
    }
}

/// The root of a swarm's keys, kept at hand for the swarm that always exists.
pub(crate) fn root(swarm: &SwarmName) -> std::borrow::Cow<'static, str> {
    if swarm.as_str() == SwarmName::DEFAULT { "wg:{default}:".into() } else { keys::root(swarm).into() }
}
