//! Reads tasks out of replies.

use bytes::Bytes;
use waggle_core::{Codec, Error, Value};

use super::{
    Asked, Reader, Sums,
    spec::DEADLINE_HOLDS,
    submitted::{as_submitted, frame_json},
};
use crate::model::{AgentName, Lease, Stamp, Status, SwarmName, Task, TaskId, TaskInput};

/// Reads what `read_record` of the library returns; absent where there is no task.
pub(crate) fn task_of_record(
    call: &'static str,
    swarm: &SwarmName,
    value: Value,
    codec: &Codec,
) -> Result<Option<Task>, Error> {
    if matches!(value, Value::Nil | Value::Boolean(false)) {
        return Ok(None);
    }
    let mut record = Reader::new(call, value)?;
    let mut task = submitted(&mut record, swarm, codec)?;
    let mut state = record.array_or_map()?;
    let mut assigned = None;
    while state.remaining() > 1 {
        let field = state.text()?;
        match field.as_str() {
            "un" => assigned = assigned_to(&mut state)?,
            _ => apply(&mut task, &field, &mut state)?,
        }
    }
    if !task.status.is_finished() && task.status != Status::Running {
        task.agent = assigned.or(task.agent);
    }
    let outcome = record.bytes()?;
    let progress = record.bytes()?;
    attach(&mut task, outcome, progress, codec)?;
    if record.remaining() > 0 {
        attach_flagged(&mut task, record.array()?, codec)?;
    }
    if task.status != Status::Running {
        task.lease_expires_at = None;
        task.cancel_requested = false;
    }
    Ok(Some(task))
}

/// Reads one task of a claim's reply, and how many microseconds it was ready; absent where it was handed out before
/// under the same claim id.
pub(crate) fn claimed_task(
    mut record: Reader,
    swarm: &SwarmName,
    agent: &AgentName,
    codec: &Codec,
) -> Result<(Task, Option<u64>), Error> {
    let mut head = record.line()?;
    let id: TaskId = head.parse()?;
    let mut task = spec_of(&mut record, swarm, id, codec)?;
    task.status = Status::Running;
    task.attempt = head.parse()?;
    let token: String = head.parse()?;
    let expires_at = Stamp(head.parse()?);
    task.started_at = Some(Stamp(head.parse()?));
    task.cancel_requested = head.parse::<u8>()? == 1;
    let queued = head.measured()?;
    task.lease_expires_at = Some(expires_at);
    task.agent = Some(agent.clone());
    if record.remaining() > 0 {
        let (outcome, progress) = (record.bytes()?, record.bytes()?);
        attach(&mut task, outcome, progress, codec)?;
    }
    if record.remaining() > 0 {
        task.input = input_of(record.bytes()?, task.status, codec)?;
    }
    task.lease = Some(Lease { token, expires_at });
    Ok((task, queued))
}

fn submitted(record: &mut Reader, swarm: &SwarmName, codec: &Codec) -> Result<Task, Error> {
    let id: TaskId = record.text()?.parse().map_err(|_| record.broken("expected a task id"))?;
    spec_of(record, swarm, id, codec)
}

fn spec_of(record: &mut Reader, swarm: &SwarmName, id: TaskId, codec: &Codec) -> Result<Task, Error> {
    let spec: Bytes = record.bytes()?.ok_or_else(|| record.broken("a task without its spec"))?;
    as_submitted(swarm, id, &spec, codec)
}

/// The agent a task was assigned to: `@` and its name.
fn assigned_to(state: &mut Reader) -> Result<Option<AgentName>, Error> {
    let pin = state.text()?;
    let name = pin.strip_prefix('@').map(str::parse).transpose();
    name.map_err(|_| state.broken("an agent without a proper name"))
}

/// One field of the state hash; those that only the functions need are passed over.
fn apply(task: &mut Task, field: &str, state: &mut Reader) -> Result<(), Error> {
    match field {
        "st" => {
            let word = state.text()?;
            task.status = word.parse().map_err(|_| state.broken("a status nobody knows"))?;
        }
        "at" => task.attempt = count(state.integer()?),
        "ag" => {
            let name = state.text()?;
            task.agent = Some(name.parse().map_err(|_| state.broken("an agent without a proper name"))?);
        }
        "ex" => task.lease_expires_at = Some(Stamp(state.integer()?)),
        "sa" => task.started_at = Some(Stamp(state.integer()?)),
        "fa" => task.finished_at = Some(Stamp(state.integer()?)),
        "ra" => task.run_at = Some(Stamp(state.integer()?)),
        "cc" => task.crashes = count(state.integer()?),
        "cr" => task.cancel_requested = state.integer()? == 1,
        "fl" => {
            let holds = state.text()?.contains(DEADLINE_HOLDS);
            task.deadline = task.deadline.filter(|_| holds);
        }
        _ => drop(state.value()?),
    }
    Ok(())
}

/// A completed task's outcome is its result; any other's is its last error.
fn attach(
    task: &mut Task,
    outcome: Option<Bytes>,
    progress: Option<Bytes>,
    codec: &Codec,
) -> Result<(), Error> {
    let outcome = frame_json(outcome.unwrap_or_default(), codec)?;
    match task.status {
        Status::Completed => task.result = outcome,
        _ => task.error = outcome,
    }
    task.progress = frame_json(progress.unwrap_or_default(), codec)?;
    Ok(())
}

/// What only tasks with certain flags have.
fn attach_flagged(task: &mut Task, mut flagged: Reader, codec: &Codec) -> Result<(), Error> {
    while flagged.remaining() > 1 {
        match flagged.text()?.as_str() {
            "q" => task.input = input_of(flagged.bytes()?, task.status, codec)?,
            "u" => {
                let sums =
                    Sums::read(&flagged.text()?).ok_or_else(|| flagged.broken("sums that are none"))?;
                task.usage = sums.own.unless_zero();
                task.tree_usage = sums.tree().unless_zero();
            }
            _ => drop(flagged.value()?),
        }
    }
    Ok(())
}

fn input_of(frame: Option<Bytes>, status: Status, codec: &Codec) -> Result<Option<TaskInput>, Error> {
    let Some(frame) = frame.filter(|frame| !frame.is_empty()) else { return Ok(None) };
    Ok(Some(Asked::read(frame, codec)?.shown(status)))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
