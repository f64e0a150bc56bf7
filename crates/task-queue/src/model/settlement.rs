//! How attempts end, and what is told on the way.

use serde::{Deserialize, Serialize};

use super::{
    AgentName, Capability, Claim, Invalid, Json, Lease, QueueName, Stamp, Status, Strategy, TaskId, Text,
    Usage, invalid::Check,
};
use crate::limits::{
    BACKOFF_MS_MAX, DELAY_MS_MAX, ERROR_MESSAGE_BYTES, LEASE_MS_MAX, LEASE_MS_MIN, SETTLEMENT_OUTCOMES,
    TOKEN_BYTES,
};

/// Keeps a lease alive.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The lease token.
    pub lease: String,
    /// Milliseconds from now that the lease shall last; the task's own lease when null.
    #[serde(default)]
    pub extend_ms: Option<u64>,
    /// What to show of the work so far; the last one when null.
    #[serde(default)]
    pub progress: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Heartbeaten {
    /// The lease, extended.
    pub lease: Lease,
    /// Whether the holder is asked to stop.
    pub cancel_requested: bool,
    /// Present and true when a budget is used up: the task was taken from its holder, as the budget says.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub budget_exceeded: bool,
}

/// Ends an attempt well.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complete {
    /// The lease token.
    pub lease: String,
    /// What the agent found: any JSON.
    #[serde(default)]
    pub result: Option<Json>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a complete.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Completed {
    /// The task.
    pub id: TaskId,
    /// Always `completed`.
    pub status: Status,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// What went wrong.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskError {
    /// For people.
    pub message: String,
    /// For programs: a word of the agent's own choosing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Json>,
}

/// Ends an attempt badly.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The lease token.
    pub lease: String,
    /// What went wrong.
    #[serde(deserialize_with = "super::object::object")]
    pub error: TaskError,
    /// Whether another attempt makes sense.
    #[serde(default = "yes")]
    pub retryable: bool,
    /// Milliseconds until the next attempt; the task's backoff when null.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

pub(super) const fn yes() -> bool {
    true
}

/// The answer to a fail.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failed {
    /// The task.
    pub id: TaskId,
    /// `scheduled` when it will be tried again, else `failed`; `cancelled` when that had been asked for.
    pub status: Status,
    /// When it will be tried again.
    pub run_at: Option<Stamp>,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// Gives a task back; the attempt does not count.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The lease token.
    pub lease: String,
    /// Milliseconds until it may be claimed again.
    #[serde(default)]
    pub delay_ms: u64,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The answer to a release.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Released {
    /// The task.
    pub id: TaskId,
    /// `ready`, or `scheduled` after a delay; `cancelled` when that had been asked for.
    pub status: Status,
    /// When it becomes claimable, after a delay.
    pub run_at: Option<Stamp>,
    /// Present and true when this very call had been applied before.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub replayed: bool,
}

/// The answer to a cancel.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cancelled {
    /// The task.
    pub id: TaskId,
    /// `cancelled`, or `running` when its holder has been asked to stop.
    pub status: Status,
    /// Present and true when the holder has been asked to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cancel_requested: bool,
}

/// The answer to a cancellation of a task and all that belong to it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cascaded {
    /// The task.
    pub id: TaskId,
    /// `cancelled`, or `running` when its holder has been asked to stop; how it finished, when it had finished before.
    pub status: Status,
    /// Present and true when the holder has been asked to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cancel_requested: bool,
    /// Tasks that this call has cancelled or whose holders it has asked to stop, this one among them.
    pub cancelled: usize,
    /// Whether the bound of one request ended it: send it again.
    pub more: bool,
}

/// The answer to a retry.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Retried {
    /// The task.
    pub id: TaskId,
    /// `ready`, or `blocked` where it waits for others.
    pub status: Status,
}

/// Who shall do a task: an agent, or one that is chosen.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The agent. Either this or `strategy`.
    #[serde(default)]
    pub agent: Option<AgentName>,
    /// How an agent is chosen among those that are live, able and have room.
    #[serde(default)]
    pub strategy: Option<Strategy>,
}

/// The answer to an assign.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assigned {
    /// The task.
    pub id: TaskId,
    /// The agent that alone may claim it.
    pub agent: AgentName,
}

impl Assign {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Where not exactly one of both is named.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.agent.is_some() == self.strategy.is_some() {
            return Err(Invalid::field("/agent", "either agent or strategy"));
        }
        Ok(())
    }
}

/// How one attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// As [`Complete`]; takes `result`.
    Complete,
    /// As [`Fail`]; takes `error`, `retryable`, `retry_after_ms`.
    Fail,
    /// As [`Release`]; takes `delay_ms`.
    Release,
}

/// One task's outcome within a settlement.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The task.
    pub id: TaskId,
    /// Its lease token.
    pub lease: String,
    /// How the attempt ended.
    pub outcome: OutcomeKind,
    /// What the agent found, of a complete.
    #[serde(default)]
    pub result: Option<Json>,
    /// What went wrong, of a fail.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub error: Option<TaskError>,
    /// Whether another attempt makes sense, of a fail; true when null.
    #[serde(default)]
    pub retryable: Option<bool>,
    /// Milliseconds until the next attempt, of a fail; the task's backoff when null.
    #[serde(default)]
    pub retry_after_ms: Option<u64>,
    /// Milliseconds until it may be claimed again, of a release; 0 when null.
    #[serde(default)]
    pub delay_ms: Option<u64>,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

/// The claim inside a settlement: a claim without its agent.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextClaim {
    /// Where to look, the first queue first; `default` when none is named.
    #[serde(default = "super::claim::default_queues")]
    pub queues: Vec<QueueName>,
    /// What the agent is able to do.
    #[serde(default)]
    pub capabilities: Option<Vec<Capability>>,
    /// How many tasks at most, 1 to 100.
    #[serde(default = "super::claim::one")]
    pub max_tasks: usize,
    /// Lease of the tasks handed out, in milliseconds; each task's own when null.
    #[serde(default)]
    pub lease_ms: Option<u64>,
    /// How long to wait for a first task, in milliseconds.
    #[serde(default)]
    pub wait_ms: u64,
    /// Names this claim.
    #[serde(default)]
    pub claim_id: Option<Text>,
}

/// Finish these and hand me the next ones.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// Who settles and claims.
    pub agent: AgentName,
    /// At most 100 outcomes.
    #[serde(default, deserialize_with = "super::object::objects")]
    pub outcomes: Vec<Outcome>,
    /// What to claim next; nothing when null.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub claim: Option<NextClaim>,
}

/// What became of one outcome.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The task.
    pub id: TaskId,
    /// Where it stands now, and whether this very outcome had been applied before; or why it was refused.
    pub result: Result<SettledStatus, crate::Error>,
}

/// Where a settled task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledStatus {
    /// Its state.
    pub status: Status,
    /// When it will be tried again.
    pub run_at: Option<Stamp>,
    /// Whether this very outcome had been applied before.
    pub replayed: bool,
    /// Whether it may have made others claimable: those that waited for the task, or for its slot.
    pub frees: bool,
}

pub(super) fn check_token(check: &mut Check, token: &str) {
    check.that((1..=TOKEN_BYTES).contains(&token.len()), "/lease", || "a lease token of a claim".to_owned());
}

impl TaskError {
    fn check(&self, check: &mut Check) {
        let size = self.message.len() + self.kind.as_ref().map_or(0, String::len);
        check.that(size <= ERROR_MESSAGE_BYTES, "/error/message", || {
            format!("at most {ERROR_MESSAGE_BYTES} bytes")
        });
    }
}

impl Heartbeat {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        let extend = self.extend_ms.unwrap_or(LEASE_MS_MIN);
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&extend), "/extend_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        if let Some(usage) = &self.usage {
            usage.check(&mut check, "");
        }
        check.done()
    }
}

impl Outcome {
    /// The attempt that this ends, by task and lease token, and how.
    pub fn ends(&self) -> (TaskId, &str, OutcomeKind) {
        (self.id, &self.lease, self.outcome)
    }

    /// Checks that the fields fit the kind of outcome, and their limits.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check_token(&mut check, &self.lease);
        let only = |kind: &str| format!("only an outcome of kind {kind} takes this");
        let (complete, fail, release) = (
            self.outcome == OutcomeKind::Complete,
            self.outcome == OutcomeKind::Fail,
            self.outcome == OutcomeKind::Release,
        );
        check.that(complete || self.result.is_none(), "/result", || only("complete"));
        check.that(fail == self.error.is_some(), "/error", || {
            "needed by kind fail, and by no other".to_owned()
        });
        check.that(fail || self.retryable.is_none(), "/retryable", || only("fail"));
        check.that(fail || self.retry_after_ms.is_none(), "/retry_after_ms", || only("fail"));
        check.that(release || self.delay_ms.is_none(), "/delay_ms", || only("release"));
        check.that(self.retry_after_ms.unwrap_or(0) <= BACKOFF_MS_MAX, "/retry_after_ms", || {
            format!("at most {BACKOFF_MS_MAX}")
        });
        check.that(self.delay_ms.unwrap_or(0) <= DELAY_MS_MAX, "/delay_ms", || {
            format!("at most {DELAY_MS_MAX}")
        });
        if let Some(error) = &self.error {
            error.check(&mut check);
        }
        if let Some(usage) = &self.usage {
            usage.check(&mut check, "");
        }
        check.done()
    }

    /// The outcome a [`Complete`] asks for.
    pub fn complete(id: TaskId, complete: Complete) -> Self {
        Self {
            result: complete.result,
            usage: complete.usage,
            ..Self::bare(id, complete.lease, OutcomeKind::Complete)
        }
    }

    /// The outcome a [`Fail`] asks for.
    pub fn fail(id: TaskId, fail: Fail) -> Self {
        Self {
            error: Some(fail.error),
            retryable: Some(fail.retryable),
            retry_after_ms: fail.retry_after_ms,
            usage: fail.usage,
            ..Self::bare(id, fail.lease, OutcomeKind::Fail)
        }
    }

    /// The outcome a [`Release`] asks for.
    pub fn release(id: TaskId, release: Release) -> Self {
        Self {
            delay_ms: Some(release.delay_ms),
            usage: release.usage,
            ..Self::bare(id, release.lease, OutcomeKind::Release)
        }
    }

    fn bare(id: TaskId, lease: String, outcome: OutcomeKind) -> Self {
        Self {
            id,
            lease,
            outcome,
            result: None,
            error: None,
            retryable: None,
            retry_after_ms: None,
            delay_ms: None,
            usage: None,
        }
    }
}

impl Settlement {
    /// Checks the settlement as a whole; each outcome is checked, and answered, on its own.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.outcomes.len() <= SETTLEMENT_OUTCOMES, "/outcomes", || {
            format!("at most {SETTLEMENT_OUTCOMES} outcomes")
        });
        check.done()
    }
}

impl NextClaim {
    /// The claim of `agent` that this asks for, checked.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn by(self, agent: AgentName) -> Result<Claim, Invalid> {
        let mut claim = Claim {
            agent,
            queues: self.queues,
            capabilities: self.capabilities,
            max_tasks: self.max_tasks,
            lease_ms: self.lease_ms,
            wait_ms: self.wait_ms,
            claim_id: self.claim_id,
        };
        claim.check().map_err(|invalid| invalid.under("/claim"))?;
        Ok(claim)
    }
}
