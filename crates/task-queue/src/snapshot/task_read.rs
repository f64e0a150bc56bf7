//! A line of a task out of what Redis has of it.

use waggle_core::{Codec, Error};

use super::{attempt::AttemptLine, task::TaskLine};
use crate::{
    model::{Stamp, Status, TaskId},
    store::{Asked, DEADLINE_HOLDS, KeptAttempt, Reader, Resubmit, Sums, frame_json},
};

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
}

fn number<T: TryFrom<i64>>(state: &mut Reader) -> Result<T, Error> {
    T::try_from(state.integer()?).map_err(|_| state.broken("a number out of range"))
}
