//! A task of the model.

use waggle_task_queue::model::{Backoff, BackoffKind, Status};

/// What is submitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewTask {
    pub(crate) queue: usize,
    pub(crate) priority: u8,
    pub(crate) delay_ms: i64,
    pub(crate) dedup_key: Option<u8>,
    pub(crate) max_attempts: u32,
    /// One bit for each required capability.
    pub(crate) requires: u8,
    pub(crate) agent: Option<usize>,
    pub(crate) lease_ms: i64,
    pub(crate) timeout_ms: Option<i64>,
    /// Milliseconds from its submit.
    pub(crate) deadline_ms: Option<i64>,
    pub(crate) retention_ms: i64,
    pub(crate) backoff: Backoff,
}

/// What the last attempt that said anything left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Result(u32),
    Error,
    LeaseExpired,
    TimedOut,
    DeadlinePassed,
}

/// Which call ended an attempt last, for its repetition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settled {
    pub(crate) fence: u64,
    pub(crate) verb: Verb,
    pub(crate) status: Status,
    pub(crate) run_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Complete,
    Fail,
    Release,
}

/// A task that was taken in.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) new: NewTask,
    pub(crate) status: Status,
    pub(crate) attempt: u32,
    /// Number of its leases so far; rises and never falls.
    pub(crate) fence: u64,
    pub(crate) holder: Option<usize>,
    pub(crate) expires_at: i64,
    /// The end of its attempt, whatever its holder says.
    pub(crate) ends_at: Option<i64>,
    /// As long as it holds.
    pub(crate) deadline: Option<i64>,
    pub(crate) cancel_requested: bool,
    pub(crate) created_at: i64,
    pub(crate) run_at: Option<i64>,
    pub(crate) started_at: Option<i64>,
    pub(crate) finished_at: Option<i64>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) progress: Option<u32>,
    pub(crate) settled: Option<Settled>,
    /// Forgotten after its retention.
    pub(crate) gone: bool,
}

impl Task {
    pub(crate) fn new(new: NewTask, now: i64) -> Self {
        let scheduled = new.delay_ms > 0;
        Self {
            status: if scheduled { Status::Scheduled } else { Status::Ready },
            attempt: 0,
            fence: 0,
            holder: None,
            expires_at: 0,
            ends_at: None,
            deadline: new.deadline_ms.map(|ms| now + ms),
            cancel_requested: false,
            created_at: now,
            run_at: scheduled.then_some(now + new.delay_ms),
            started_at: None,
            finished_at: None,
            outcome: None,
            progress: None,
            settled: None,
            gone: false,
            new,
        }
    }

    /// When a lease ends that is to last until `wish`.
    pub(crate) fn lease_until(&self, wish: i64) -> i64 {
        [self.ends_at, self.deadline].into_iter().flatten().fold(wish, i64::min)
    }

    /// When it was to run as submitted, which `retry` goes back to.
    pub(crate) fn first_run_at(&self) -> Option<i64> {
        (self.new.delay_ms > 0).then_some(self.created_at + self.new.delay_ms)
    }

    /// Milliseconds before the next attempt, by the words of the API, jitter off.
    pub(crate) fn backoff_ms(&self) -> i64 {
        let Backoff { kind, base_ms, max_ms, ref delays_ms, .. } = self.new.backoff;
        let attempt = u64::from(self.attempt);
        let wait = match kind {
            BackoffKind::Exponential => (base_ms << (attempt - 1)).min(max_ms),
            BackoffKind::Linear => (base_ms * attempt).min(max_ms),
            BackoffKind::Fixed => base_ms,
            BackoffKind::List => {
                *delays_ms.get(self.attempt as usize - 1).or(delays_ms.last()).expect("a delay")
            }
        };
        i64::try_from(wait).unwrap()
    }
}
