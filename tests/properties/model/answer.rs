//! What a call has to answer.

use waggle_task_queue::model::Status;

/// The answer the model expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// There was nothing to call.
    Nothing,
    /// Each submitted task's number, and whether it is new.
    Submitted(Vec<(usize, bool)>),
    /// The same for a submit under an idempotency key, and whether it is the answer to an earlier one.
    SubmittedOnce {
        task: usize,
        created: bool,
        replayed: bool,
    },
    IdempotencyMismatch,
    Claimed(Vec<Handed>),
    /// What each of several claims was given that were asked at the same time.
    Shared(Vec<Vec<Handed>>),
    Extended {
        expires_at: i64,
        cancel_requested: bool,
    },
    /// What became of each outcome, and what was claimed after them.
    Settlement(Vec<Answer>, Vec<Handed>),
    Settled {
        status: Status,
        run_at: Option<i64>,
        replayed: bool,
    },
    Cancelled {
        status: Status,
    },
    Retried,
    /// How many tasks a sweep moved, and how long until the next one is due.
    Swept {
        tasks: usize,
        next_in_ms: Option<i64>,
    },
    LeaseLost {
        attempt: u32,
    },
    NotFound,
    AlreadyFinished(Status),
    WrongState(Status),
    Duplicate,
}

/// A task handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) task: usize,
    pub(crate) attempt: u32,
    pub(crate) fence: u64,
    pub(crate) expires_at: i64,
    pub(crate) started_at: Option<i64>,
}
