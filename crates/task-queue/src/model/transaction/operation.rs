//! What a transaction does: each operation as its own call would do it.

use serde::{Deserialize, de::IgnoredAny};

use crate::model::{
    Complete, Fail, Increment, Invalid, Json, NewMessage, NewTask, Outcome, OutcomeKind, PutState, Release,
    StateKey, TaskError, TaskId, Usage, WriterLease,
};

use super::Condition;

/// Operations that are applied together, when the conditions hold, or not at all.
#[derive(Debug, Clone, Default)]
pub struct Transaction {
    /// What has to hold.
    pub conditions: Vec<Condition>,
    /// What is done, in this order.
    pub ops: Vec<Operation>,
    /// The lease that has to be held, if one is named; its agent is the writer of the state.
    pub lease: Option<WriterLease>,
}

/// One operation.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Ends an attempt: complete, fail or release.
    Settle(Box<Outcome>),
    /// Takes a task in.
    Submit(Box<NewTask>),
    /// Sends a message.
    Send(Box<NewMessage>),
    /// Sets a key of the state.
    Put(StateKey, PutState),
    /// Deletes a key of the state.
    Delete(StateKey),
    /// Adds to a number of the state.
    Increment(StateKey, Increment),
}

/// `task.complete`: ends an attempt well.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskComplete {
    /// `task.complete`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The task.
    id: TaskId,
    /// Its lease token.
    lease: String,
    /// What the agent found: any JSON.
    #[serde(default)]
    result: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "crate::model::object::optional_object")]
    usage: Option<Usage>,
}

/// `task.fail`: ends an attempt badly.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFail {
    /// `task.fail`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The task.
    id: TaskId,
    /// Its lease token.
    lease: String,
    /// What went wrong.
    #[serde(deserialize_with = "crate::model::object::object")]
    error: TaskError,
    /// Whether another attempt makes sense; true when left out.
    #[serde(default = "crate::model::ending::yes")]
    retryable: bool,
    /// Milliseconds until the next attempt; the task's backoff when null.
    #[serde(default)]
    retry_after_ms: Option<u64>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "crate::model::object::optional_object")]
    usage: Option<Usage>,
}

/// `task.release`: gives a task back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRelease {
    /// `task.release`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The task.
    id: TaskId,
    /// Its lease token.
    lease: String,
    /// Milliseconds until it may be claimed again.
    #[serde(default)]
    delay_ms: u64,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "crate::model::object::optional_object")]
    usage: Option<Usage>,
}

/// `task.submit`: takes a task in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskSubmit {
    /// `task.submit`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The task, as in a submit.
    #[serde(deserialize_with = "crate::model::object::object")]
    task: NewTask,
}

/// `message.send`: sends a message.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageSend {
    /// `message.send`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The message, as in a send.
    #[serde(deserialize_with = "crate::model::object::object")]
    message: NewMessage,
}

/// `state.put`: sets a key of the state.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatePut {
    /// `state.put`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The key.
    key: StateKey,
    /// Its new value: any JSON.
    value: Json,
    /// Milliseconds after which it is deleted; never when null.
    #[serde(default)]
    ttl_ms: Option<u64>,
}

/// `state.delete`: deletes a key of the state.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateDelete {
    /// `state.delete`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The key.
    key: StateKey,
}

/// `state.increment`: adds to a number of the state.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StateIncrement {
    /// `state.increment`
    #[schema(value_type = String)]
    op: IgnoredAny,
    /// The key.
    key: StateKey,
    /// What to add; 1 when left out.
    #[serde(default = "one")]
    by: f64,
}

const fn one() -> f64 {
    1.0
}

impl From<TaskComplete> for Operation {
    fn from(TaskComplete { op: IgnoredAny, id, lease, result, usage }: TaskComplete) -> Self {
        Self::Settle(Box::new(Outcome::complete(id, Complete { lease, result, usage })))
    }
}

impl From<TaskFail> for Operation {
    fn from(op: TaskFail) -> Self {
        let TaskFail { op: IgnoredAny, id, lease, error, retryable, retry_after_ms, usage } = op;
        Self::Settle(Box::new(Outcome::fail(id, Fail { lease, error, retryable, retry_after_ms, usage })))
    }
}

impl From<TaskRelease> for Operation {
    fn from(TaskRelease { op: IgnoredAny, id, lease, delay_ms, usage }: TaskRelease) -> Self {
        Self::Settle(Box::new(Outcome::release(id, Release { lease, delay_ms, usage })))
    }
}

impl From<TaskSubmit> for Operation {
    fn from(TaskSubmit { op: IgnoredAny, task }: TaskSubmit) -> Self {
        Self::Submit(Box::new(task))
    }
}

impl From<MessageSend> for Operation {
    fn from(MessageSend { op: IgnoredAny, message }: MessageSend) -> Self {
        Self::Send(Box::new(message))
    }
}

impl From<StatePut> for Operation {
    fn from(StatePut { op: IgnoredAny, key, value, ttl_ms }: StatePut) -> Self {
        Self::Put(key, PutState { value, ttl_ms })
    }
}

impl From<StateDelete> for Operation {
    fn from(StateDelete { op: IgnoredAny, key }: StateDelete) -> Self {
        Self::Delete(key)
    }
}

impl From<StateIncrement> for Operation {
    fn from(StateIncrement { op: IgnoredAny, key, by }: StateIncrement) -> Self {
        Self::Increment(key, Increment { by })
    }
}

impl Operation {
    /// Whether it goes on where memory is full: it ends an attempt or deletes something.
    pub(crate) const fn only_frees(&self) -> bool {
        matches!(self, Self::Settle(_) | Self::Delete(_))
    }

    /// The attempt that this ends, if it ends one: task, lease token, and how.
    pub fn ends(&self) -> Option<(TaskId, &str, OutcomeKind)> {
        match self {
            Self::Settle(outcome) => Some(outcome.ends()),
            _ => None,
        }
    }

    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        match self {
            Self::Settle(outcome) => outcome.check(),
            Self::Submit(task) => task.check().map_err(|invalid| invalid.under("/task")),
            Self::Send(message) => message.check().map_err(|invalid| invalid.under("/message")),
            Self::Put(_, put) => put.check(),
            Self::Delete(_) => Ok(()),
            Self::Increment(_, increment) => increment.check(),
        }
    }
}
