//! What can go wrong in the domain.

use crate::model::{FieldError, Invalid, Status, TaskId};

/// Why a call of the domain did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No such swarm.
    #[error("there is no swarm {0}: make it with PUT /v1/swarms/{0}")]
    SwarmNotFound(String),
    /// No such task, or its retention has ended.
    #[error("there is no task {0} in this swarm: it never existed or its retention has ended")]
    TaskNotFound(TaskId),
    /// The lease token is not the one under which the task is held now.
    #[error(
        "task {id} is no longer held under this lease (its attempt is {attempt}): drop the work, nothing was changed"
    )]
    LeaseLost {
        /// The task.
        id: TaskId,
        /// The number of its current or last attempt.
        attempt: u32,
    },
    /// The task has finished.
    #[error("task {id} has already finished as {}: nothing was changed", status.as_str())]
    AlreadyFinished {
        /// The task.
        id: TaskId,
        /// How it finished.
        status: Status,
    },
    /// The task stands where the call cannot move it from.
    #[error("task {id} is {}: only a failed or cancelled task can be retried", status.as_str())]
    WrongState {
        /// The task.
        id: TaskId,
        /// Where it stands.
        status: Status,
    },
    /// The task is held or has finished: it cannot be given to another agent.
    #[error("task {id} is {}: only a task that nobody holds and that has not finished can be assigned", status.as_str())]
    NotAssignable {
        /// The task.
        id: TaskId,
        /// Where it stands.
        status: Status,
    },
    /// The task does not ask anything.
    #[error("task {id} is {}: only a task that asks a person (input_required) can be answered", status.as_str())]
    NotAsking {
        /// The task.
        id: TaskId,
        /// Where it stands.
        status: Status,
    },
    /// Nobody can be given the task.
    #[error(
        "{}: it must be live, have all capabilities the task requires, and hold less than its capacity beside what is \
         ready for it alone",
        agent.as_ref().map_or_else(|| "no agent can be given this task".to_owned(), |agent| format!("agent {agent} cannot be given this task"))
    )]
    NoAgent {
        /// The one that was named.
        agent: Option<String>,
    },
    /// Another unfinished task holds the task's deduplication key.
    #[error("task {0} cannot be retried: another unfinished task has its dedup_key")]
    Duplicate(TaskId),
    /// The idempotency key was used with another body.
    #[error("this Idempotency-Key was used with another body within the last 24 hours: use a new key")]
    IdempotencyMismatch,
    /// The queue has tasks waiting for too many different sets of capabilities.
    #[error(
        "this queue has ready tasks for {} different sets of capabilities: use another queue",
        crate::limits::CAPABILITY_SETS
    )]
    TooManyCapabilitySets,
    /// No such agent.
    #[error("there is no agent {0} in this swarm: register it with PUT …/agents/{0}, or let it claim")]
    AgentNotFound(String),
    /// The swarm has as many agents as it may.
    #[error("the swarm has as many agents as its limits.max_agents allows: delete one, or raise the limit")]
    TooManyAgents,
    /// The swarm has as many unfinished tasks as it may.
    #[error(
        "the swarm has as many unfinished tasks as its limits.max_tasks allows: come back when some have finished"
    )]
    SwarmFull,
    /// No such queue.
    #[error(
        "there is no queue {0} in this swarm: it comes into being with its first task, or with PUT …/queues/{0}"
    )]
    QueueNotFound(String),
    /// As many tasks wait in the queue as may.
    #[error(
        "as many tasks wait in this queue as its max_depth allows: come back when some have been handed out"
    )]
    QueueFull,
    /// The queue takes nothing in.
    #[error("this queue drains and takes no task in: use another queue, or resume it with POST …/resume")]
    QueueDraining,
    /// No such schedule.
    #[error("there is no schedule {0} in this swarm: make it with PUT …/schedules/{0}")]
    ScheduleNotFound(String),
    /// The swarm has as many schedules as it may.
    #[error("the swarm has {} schedules, as many as it may: delete one", crate::limits::SCHEDULES)]
    TooManySchedules,
    /// No such token.
    #[error("Redis keeps no token {0}: it was never stored, or was revoked; those of the settings stay")]
    TokenNotFound(String),
    /// Another token has the name.
    #[error("there is another token {0}: revoke it first, or choose another name")]
    TokenExists(String),
    /// Redis keeps as many tokens as it may.
    #[error("there are {} tokens, as many as there may be: revoke one", crate::limits::TOKENS)]
    TooManyTokens,
    /// The swarm is being deleted or restored.
    #[error(
        "swarm {0} is being cleared or restored: try again in a moment; a restore that broke off is undone with DELETE"
    )]
    SwarmClosed(String),
    /// The swarm holds something.
    #[error("swarm {0} is not empty: a snapshot is restored into an empty swarm only")]
    SwarmNotEmpty(String),
    /// A snapshot that cannot be restored.
    #[error(transparent)]
    BrokenSnapshot(#[from] crate::Broken),
    /// The default swarm cannot be deleted.
    #[error("the swarm default always exists and cannot be deleted: delete its agents and tasks instead")]
    DefaultSwarm,
    /// The inbox of an agent holds as many messages as it may.
    #[error("the inbox of agent {0} is full: nothing was sent, it has to acknowledge first")]
    InboxFull(String),
    /// An agent subscribes to as many topics as it may.
    #[error("agent {0} subscribes to as many topics as it may: unsubscribe from some")]
    TooManySubscriptions(String),
    /// No such key in the swarm's state.
    #[error("there is no key {0:?} in the state of this swarm")]
    StateNotFound(String),
    /// A key's version is not the one that was named.
    #[error(
        "the version of {key:?} is {version}, not the one that was named: read it again, nothing was changed"
    )]
    VersionMismatch {
        /// The key.
        key: String,
        /// Its version now; 0 where it does not exist.
        version: u64,
    },
    /// An increment of something that is no number.
    #[error("the value of {0:?} is not a number that can be counted up: nothing was changed")]
    NotANumber(String),
    /// The swarm has as many keys as it may.
    #[error("the state of this swarm has as many keys as it may: delete some")]
    StateFull,
    /// A condition of a transaction on a task does not hold.
    #[error("task {id} is {}, not what the condition names: nothing was changed", status.as_str())]
    ConditionUnmet {
        /// The task.
        id: TaskId,
        /// Where it stands.
        status: Status,
    },
    /// One condition or operation of a transaction cannot hold.
    #[error("{part}[{index}]: {error}")]
    At {
        /// `if` or `ops`.
        part: &'static str,
        /// Its place there, from 0.
        index: usize,
        /// Why.
        error: Box<Self>,
    },
    /// The swarm's events are turned off.
    #[error("the events of swarm {0} are turned off: there is nothing to follow")]
    EventsOff(String),
    /// Too many claims, or followers of events, wait in this server.
    #[error("too many are waiting in this server: come back in a moment")]
    TooManyWaiting,
    /// Fields that cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The service is stopping.
    #[error("the service is stopping: send the request again, to another server or in a moment")]
    Draining,
    /// Redis refused, or did not answer.
    #[error(transparent)]
    Redis(#[from] waggle_core::Error),
}

impl Error {
    /// What kept a call from being answered that had been applied, wholly or in part: nobody may be told that it was not.
    pub(crate) fn although_applied(self) -> Self {
        match self {
            Self::Redis(error) if error.outcome() == waggle_core::Outcome::Rejected => {
                Self::Redis(waggle_core::Error::Unknown { detail: error.to_string() })
            }
            other => other,
        }
    }

    /// One step of a call that takes several. Where it was certainly not applied, and steps before it were, there is none: what
    /// they did stands and is answered, and who goes on is told what stands in the way.
    ///
    /// # Errors
    /// Why the first step, or one that may have been applied, was not answered.
    pub(crate) fn unless_begun<T>(step: Result<T, Self>, begun: bool) -> Result<Option<T>, Self> {
        match step {
            Err(error) if begun && error.is_certainly_not_applied() => Ok(None),
            step => step.map(Some),
        }
    }

    /// Whether the call certainly changed nothing. The domain refuses before its first write.
    pub(crate) fn is_certainly_not_applied(&self) -> bool {
        !matches!(self, Self::Redis(error) if error.outcome() != waggle_core::Outcome::Rejected)
    }

    /// The field errors of an invalid request; none otherwise.
    pub fn fields(&self) -> &[FieldError] {
        if let Self::Invalid(invalid) = self { &invalid.errors } else { &[] }
    }
}
