//! One operation of one client.

use std::time::Duration;

use serde::Serialize;
use waggle_task_queue::model::Stamp;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Op {
    /// A task with a marker in its payload, under an idempotency key.
    Submit,
    /// One task that a claim brought.
    Claim,
    /// The end of an attempt.
    Complete,
    /// The end of an attempt.
    Fail,
    /// The end of an attempt.
    Release,
    /// A lease kept alive.
    Heartbeat,
    /// A person asked, which ends the lease.
    Ask,
    /// A person's answer.
    Answer,
    /// A task called off.
    Cancel,
    /// A message to an agent; its `key` is the body.
    Send,
    /// One message that an agent read; its `fence` is the number in the inbox.
    Receive,
}

/// What became of it, as far as the client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Applied.
    Ok,
    /// Certainly not applied.
    Rejected,
    /// Nobody knows.
    Unknown,
}

/// One operation, from its call to its answer. Times count from the start of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Who asked; a client whose call had an unknown outcome goes on as another process.
    pub process: u32,
    /// What.
    pub op: Op,
    /// The task's id; empty where a submit was not answered.
    pub task: String,
    /// The marker of a submit, the claim id of a claim, the body of a message.
    pub key: String,
    /// When it was called.
    pub invoked: Duration,
    /// When it was answered.
    pub returned: Option<Duration>,
    /// How it ended.
    pub outcome: Outcome,
    /// The fence under which it was made, or that it brought.
    pub fence: u64,
    /// The token itself.
    pub token: String,
    /// The agent that claimed, or that a message is for, or that read it.
    pub agent: String,
    /// When the attempt began that a claim brought, in milliseconds of this machine's clock.
    pub started_at: Option<i64>,
    /// Until when the lease that a claim brought, or a heartbeat kept, holds at least if nobody says anything.
    pub held_until: Option<Duration>,
    /// When the task ends, by the server's clock, where a lease of it was brought or kept.
    #[serde(skip)]
    pub deadline: Option<Stamp>,
    /// Whether the service said that it had been applied before.
    pub replayed: bool,
    /// Where the service said the task stands now.
    pub status: String,
}

impl Event {
    /// An operation without an answer yet.
    pub fn new(process: u32, op: Op, invoked: Duration) -> Self {
        Self {
            process,
            op,
            task: String::new(),
            key: String::new(),
            invoked,
            returned: None,
            outcome: Outcome::Unknown,
            fence: 0,
            token: String::new(),
            agent: String::new(),
            started_at: None,
            held_until: None,
            deadline: None,
            replayed: false,
            status: String::new(),
        }
    }
}
