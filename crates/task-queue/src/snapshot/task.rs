//! A task as a line of a snapshot.

use serde::{Deserialize, Serialize};
use waggle_core::{Codec, Error};

use super::attempt::AttemptLine;
use crate::{
    limits::{ATTEMPT_RECORDS, ATTEMPTS_DEFAULT, COUNT_MAX, PARENTS, TEXT_BYTES},
    model::{
        AgentName, AttemptOutcome, Backoff, Budget, Capability, DependencyPolicy, Json, NewTask, QueueName,
        ScheduleName, Stamp, Status, Tag, TaskId, Text, optional_object,
    },
    store::{Asked, DEADLINE_HOLDS, KeptAttempt, Reader, Resubmit, Sums, frame_json},
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
    /// Reads what `read_record` of the library returns.
    pub(super) fn read(mut record: Reader, codec: &Codec) -> Result<Self, Error> {
        let id = record.text()?.parse().map_err(|_| record.broken("expected a task id"))?;
        let spec = record.bytes()?.ok_or_else(|| record.broken("a task without its spec"))?;
        let mut line = Self::submitted(id, Resubmit::read(&spec, codec)?);
        let mut state = record.array_or_map()?;
        while state.remaining() > 1 {
            let field = state.text()?;
            line.apply(&field, &mut state)?;
        }
        line.outcome = frame_json(record.bytes()?.unwrap_or_default(), codec)?;
        line.progress = frame_json(record.bytes()?.unwrap_or_default(), codec)?;
        line.apply_flagged(record.array()?, codec)?;
        let mut attempts = record.array()?;
        while attempts.remaining() > 0 {
            let kept = KeptAttempt::read(&attempts.bytes()?.unwrap_or_default(), codec)?;
            line.attempts.extend(AttemptLine::of(kept));
        }
        Ok(line)
    }

    /// What only tasks with certain flags have.
    fn apply_flagged(&mut self, mut flagged: Reader, codec: &Codec) -> Result<(), Error> {
        while flagged.remaining() > 1 {
            match flagged.text()?.as_str() {
                "q" => self.input = Some(Asked::read(flagged.bytes()?.unwrap_or_default(), codec)?),
                "u" => {
                    let sums = Sums::read(&flagged.text()?);
                    self.usage = Some(sums.ok_or_else(|| flagged.broken("sums that are none"))?);
                }
                _ => drop(flagged.value()?),
            }
        }
        Ok(())
    }

    fn submitted(id: TaskId, submit: Resubmit) -> Self {
        let Resubmit { created_at, run_at, task } = submit;
        Self {
            id,
            status: if run_at.is_some() { Status::Scheduled } else { Status::Ready },
            created_at,
            submitted_for: run_at,
            queue: task.queue,
            kind: task.kind,
            priority: task.priority,
            payload: task.payload,
            requires: task.requires,
            agent: task.agent,
            max_attempts: task.max_attempts,
            backoff: task.backoff,
            lease_ms: task.lease_ms,
            timeout_ms: task.timeout_ms,
            deadline: task.deadline,
            retention_ms: task.retention_ms,
            depends_on: task.depends_on,
            on_dependency_failure: task.on_dependency_failure,
            parent: task.parent,
            concurrency_key: task.concurrency_key,
            fairness_key: task.fairness_key,
            fairness_weight: task.fairness_weight,
            budget: task.budget,
            dedup_key: task.dedup_key,
            tags: task.tags,
            metadata: task.metadata,
            traceparent: task.traceparent,
            schedule: task.schedule,
            attempt: 0,
            fence: 0,
            holder: None,
            started_at: None,
            finished_at: None,
            run_at: None,
            cancel_requested: false,
            crashes: 0,
            adopted: false,
            assigned: None,
            outcome: None,
            progress: None,
            ended_as: None,
            attempts: Vec::new(),
            depth: 0,
            in_budget: false,
            asked_at: None,
            asked_for_budget_of: None,
            input: None,
            usage: None,
        }
    }

    /// One field of the state hash; those of a lease and of a place in a list are passed over.
    fn apply(&mut self, field: &str, state: &mut Reader) -> Result<(), Error> {
        match field {
            "st" => {
                self.status = state.text()?.parse().map_err(|_| state.broken("a status nobody knows"))?;
            }
            "at" => self.attempt = number(state)?,
            "fe" => self.fence = number(state)?,
            "ag" => {
                let name = state.text()?;
                self.holder = Some(name.parse().map_err(|_| state.broken("an agent without a proper name"))?);
            }
            "sa" => self.started_at = Some(Stamp(state.integer()?)),
            "fa" => self.finished_at = Some(Stamp(state.integer()?)),
            "ra" => self.run_at = Some(Stamp(state.integer()?)),
            "cr" => self.cancel_requested = state.integer()? == 1,
            "cc" => self.crashes = number(state)?,
            "un" => {
                let pin = state.text()?;
                self.adopted = pin == "1";
                let assigned = pin.strip_prefix('@').map(str::parse).transpose();
                self.assigned = assigned.map_err(|_| state.broken("an agent without a proper name"))?;
            }
            "ao" => self.ended_as = state.text()?.parse().ok(),
            "fl" => {
                let flags = state.text()?;
                self.deadline = self.deadline.filter(|_| flags.contains(DEADLINE_HOLDS));
                self.in_budget = flags.contains('b');
            }
            "dp" => self.depth = number(state)?,
            "ia" => self.asked_at = Some(Stamp(state.integer()?)),
            "bq" => self.asked_for_budget_of = state.text()?.parse().ok(),
            _ => drop(state.value()?),
        }
        Ok(())
    }

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

    fn has_attempts_in_order(&self) -> bool {
        let running = self.status == Status::Running;
        let below = self.fence.saturating_sub(running.into());
        self.attempts.is_sorted_by(|one, next| one.fence < next.fence)
            && self.attempts.last().is_none_or(|last| last.fence <= below)
    }

    /// When a scheduled task is due.
    pub(super) fn due_at(&self) -> Option<Stamp> {
        self.run_at.or(self.submitted_for)
    }

    /// What the shape alone does not say; the first thing that cannot be.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut submit = self.resubmit();
        submit.task.check().map_err(|invalid| {
            let first = invalid.errors.first();
            first.map_or_else(String::new, |error| format!("{}: {}", error.pointer, error.detail))
        })?;
        let finished = self.status.is_finished();
        let running = self.status == Status::Running;
        for (holds, problem) in [
            (self.input.is_some() == self.asked_at.is_some(), "asked_at does not go with input"),
            (
                self.status != Status::InputRequired || self.input.is_some(),
                "waits for a person and asks nothing",
            ),
            (self.input.as_ref().is_none_or(Asked::is_usable), "input is no question that can be asked"),
            (self.depth <= PARENTS, "more tasks above it than there may be"),
            ((self.depth > 0) == self.parent.is_some(), "depth does not go with parent"),
            (self.usage.is_none_or(|sums| sums.are_countable()), "usage cannot be counted"),
            (self.status != Status::Blocked || !self.depends_on.is_empty(), "blocked by nothing"),
            (!self.depends_on.contains(&self.id), "depends on itself"),
            (finished == self.finished_at.is_some(), "finished_at does not go with the status"),
            (self.status != Status::Scheduled || self.due_at().is_some(), "scheduled for no time"),
            (self.attempt <= self.max_attempts.unwrap_or(ATTEMPTS_DEFAULT), "more attempts than it may have"),
            (
                u64::from(self.attempt) <= self.fence && self.fence <= COUNT_MAX,
                "fence does not go with attempt",
            ),
            (!running || self.attempt > 0, "runs without an attempt"),
            (!running || (self.holder.is_some() && self.started_at.is_some()), "runs without a holder"),
            (self.crashes <= COUNT_MAX, "crashes cannot be counted"),
            (!self.adopted || self.assigned.is_none(), "adopted and assigned"),
            (self.attempts.len() <= ATTEMPT_RECORDS, "too many attempts"),
            (self.has_attempts_in_order(), "attempts are not in order"),
            (
                self.traceparent.as_ref().is_none_or(|text| text.len() <= TEXT_BYTES),
                "traceparent is too long",
            ),
        ] {
            if !holds {
                return Err(problem.to_owned());
            }
        }
        Ok(())
    }

    pub(super) fn stamps(&self) -> impl Iterator<Item = Option<Stamp>> {
        let Self { created_at, submitted_for, started_at, finished_at, run_at, asked_at, .. } = self;
        let own = [Some(*created_at), *submitted_for, *started_at, *finished_at, *run_at, *asked_at];
        let of_attempts = self.attempts.iter().flat_map(|one| [Some(one.started_at), Some(one.ended_at)]);
        own.into_iter().chain([self.deadline]).chain(of_attempts)
    }
}

fn number<T: TryFrom<i64>>(state: &mut Reader) -> Result<T, Error> {
    T::try_from(state.integer()?).map_err(|_| state.broken("a number out of range"))
}
