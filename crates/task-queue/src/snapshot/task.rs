//! A task as a line of a snapshot.

use serde::{Deserialize, Serialize};

use super::attempt::AttemptLine;
use crate::{
    limits::ATTEMPT_RECORDS,
    model::{
        AgentName, AttemptOutcome, Backoff, Budget, Capability, DependencyPolicy, Json, NewTask, QueueName,
        ScheduleName, Stamp, Status, Tag, TaskId, Text, optional_object,
    },
    store::{Asked, Resubmit, Sums},
};

/// A task: what was submitted, and what has happened to it since.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskLine {
    pub(super) id: TaskId,
    pub(super) status: Status,
    pub(super) created_at: Stamp,
    /// The time it was submitted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) submitted_for: Option<Stamp>,
    pub(super) queue: QueueName,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Text>,
    pub(super) priority: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) requires: Vec<Capability>,
    /// The agent it is pinned to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<AgentName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    pub(super) backoff: Option<Backoff>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lease_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timeout_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retention_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<TaskId>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) on_dependency_failure: DependencyPolicy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<TaskId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) concurrency_key: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fairness_key: Option<Text>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(super) fairness_weight: u32,
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    pub(super) budget: Option<Budget>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dedup_key: Option<Text>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) traceparent: Option<String>,
    /// The schedule whose run submitted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) schedule: Option<ScheduleName>,
    /// Number of the current or last attempt.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) attempt: u32,
    /// How many leases it has had.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) fence: u64,
    /// Who holds it or held it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) holder: Option<AgentName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) started_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) finished_at: Option<Stamp>,
    /// When it is or was due after a failure or a release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) run_at: Option<Stamp>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) cancel_requested: bool,
    /// Attempts that ended with their lease.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) crashes: u64,
    /// The agent it was pinned or assigned to was lost, and it is anybody's since.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) adopted: bool,
    /// The agent it was assigned to, whatever `agent` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) assigned: Option<AgentName>,
    /// The result of a completed task, the last error of any other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) progress: Option<Json>,
    /// How the last attempt ended where nobody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended_as: Option<AttemptOutcome>,
    /// Attempts that something else followed, the eldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attempts: Vec<AttemptLine>,
    /// Tasks above it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) depth: u64,
    /// It or a task above it has a budget.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) in_budget: bool,
    /// When it asked a person last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked_at: Option<Stamp>,
    /// The task whose budget it asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked_for_budget_of: Option<TaskId>,
    /// What it asked, and what it was answered.
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<Asked>,
    /// What it and those that belong to it have used up.
    #[serde(default, deserialize_with = "optional_object", skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Sums>,
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_one(weight: &u32) -> bool {
    *weight == 1
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl TaskLine {
    /// What was submitted.
    pub(super) fn resubmit(&self) -> Resubmit {
        let task = NewTask {
            queue: self.queue.clone(),
            kind: self.kind.clone(),
            payload: self.payload.clone(),
            priority: self.priority,
            requires: self.requires.clone(),
            agent: self.agent.clone(),
            max_attempts: self.max_attempts,
            backoff: self.backoff.clone(),
            lease_ms: self.lease_ms,
            timeout_ms: self.timeout_ms,
            deadline: self.deadline,
            retention_ms: self.retention_ms,
            depends_on: self.depends_on.clone(),
            on_dependency_failure: self.on_dependency_failure,
            parent: self.parent,
            concurrency_key: self.concurrency_key.clone(),
            fairness_key: self.fairness_key.clone(),
            fairness_weight: self.fairness_weight,
            budget: self.budget.clone(),
            dedup_key: self.dedup_key.clone(),
            tags: self.tags.clone(),
            metadata: self.metadata.clone(),
            traceparent: self.traceparent.clone(),
            schedule: self.schedule.clone(),
            ..NewTask::default()
        };
        Resubmit { created_at: self.created_at, run_at: self.submitted_for, task }
    }

    /// A lease is worth nothing in another place: a running task is ready again, its attempt not counted, as if it had
    /// been given back. One that was called off meanwhile is, as at the end of any lease.
    pub(super) fn without_lease(mut self, exported_at: Stamp) -> Self {
        if self.status != Status::Running {
            return self;
        }
        if self.cancel_requested {
            self.status = Status::Cancelled;
            self.finished_at = Some(exported_at);
        } else {
            self.status = Status::Ready;
            self.given_back(exported_at);
            self.attempt = self.attempt.saturating_sub(1);
        }
        self
    }

    /// Keeps the attempt that the end of the lease ends.
    fn given_back(&mut self, ended_at: Stamp) {
        self.attempts.extend(self.started_at.map(|started_at| AttemptLine {
            fence: self.fence,
            attempt: self.attempt,
            agent: self.holder.clone(),
            started_at,
            ended_at,
            outcome: AttemptOutcome::Released,
            error: None,
            error_truncated: false,
        }));
        let too_many = self.attempts.len().saturating_sub(ATTEMPT_RECORDS);
        self.attempts.drain(..too_many);
    }

    /// When a scheduled task is due.
    pub(super) fn due_at(&self) -> Option<Stamp> {
        self.run_at.or(self.submitted_for)
    }

    pub(super) fn stamps(&self) -> impl Iterator<Item = Option<Stamp>> {
        let Self { created_at, submitted_for, started_at, finished_at, run_at, asked_at, .. } = self;
        let own = [Some(*created_at), *submitted_for, *started_at, *finished_at, *run_at, *asked_at];
        let of_attempts = self.attempts.iter().flat_map(|one| [Some(one.started_at), Some(one.ended_at)]);
        own.into_iter().chain([self.deadline]).chain(of_attempts)
    }
}
