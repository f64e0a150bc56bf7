//! A task this agent holds.

use std::time::{Duration, Instant};

use waggle_task_queue::{limits::LEASE_MS_DEFAULT, model::Task};

use super::idle::Busy;

/// A claimed task, with what must be known to keep it.
pub(super) struct Held {
    pub(super) task: Task,
    /// The lease token: the right to settle the task.
    pub(super) token: String,
    /// How long the lease lasts when it is extended.
    pub(super) lease: Duration,
    /// From when the lease is counted here.
    pub(super) since: Instant,
    /// The claim was sent more than once: the lease may have begun long before `since`.
    pub(super) uncertain: bool,
    _busy: Busy,
}

impl Held {
    /// The task of an answer that has just come; none when it carries no lease.
    pub(super) fn new(mut task: Task, tries: u32, busy: Busy) -> Option<Self> {
        let lease = task.lease.take()?;
        let length = task.started_at.map_or(0, |started| lease.expires_at.0 - started.0);
        // Both stamps come from the same clock, so their difference is the lease's length.
        let length = u64::try_from(length).ok().filter(|ms| *ms > 0).unwrap_or(LEASE_MS_DEFAULT);
        Some(Self {
            task,
            token: lease.token,
            lease: Duration::from_millis(length),
            since: Instant::now(),
            uncertain: tries > 1,
            _busy: busy,
        })
    }
}
