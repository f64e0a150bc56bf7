//! A task as it was the moment it was submitted: of what came in, or of what is stored.

use bytes::Bytes;
use serde::Deserialize;
use waggle_core::{Codec, Error};

use super::{
    extras::Extras,
    header::{Header, capabilities},
    spec::broken,
};
use crate::{
    limits::{ATTEMPTS_DEFAULT, PRIORITY_DEFAULT},
    model::{Json, NewTask, QueueName, Stamp, Status, SwarmName, Task, TaskId},
};

/// The task that was taken in under `id` at `now` (milliseconds): what the first answer says, and every replay of it.
pub(crate) fn taken_in(
    swarm: &SwarmName,
    id: TaskId,
    now: i64,
    run_at: Option<i64>,
    task: NewTask,
) -> Result<Task, Error> {
    let depends_on = task.dependencies();
    let metadata = task.metadata.filter(|json| !json.is_null());
    Ok(Task {
        payload: task.payload.filter(|json| !json.is_null()),
        max_attempts: task.max_attempts.unwrap_or(ATTEMPTS_DEFAULT),
        deadline: task.deadline,
        concurrency_key: task.concurrency_key,
        fairness_key: task.fairness_key,
        depends_on,
        parent: task.parent,
        budget: task.budget,
        requires: task.requires,
        tags: task.tags,
        metadata: metadata.map_or_else(empty_object, Ok)?,
        traceparent: task.traceparent,
        schedule: task.schedule,
        kind: task.kind,
        agent: task.agent,
        priority: task.priority,
        ..untouched(swarm, id, task.queue, Stamp(now), run_at.map(Stamp))?
    })
}

/// A task of which only the outline is known.
fn untouched(
    swarm: &SwarmName,
    id: TaskId,
    queue: QueueName,
    created_at: Stamp,
    run_at: Option<Stamp>,
) -> Result<Task, Error> {
    Ok(Task {
        id,
        swarm: swarm.clone(),
        queue,
        kind: None,
        status: if run_at.is_some() { Status::Scheduled } else { Status::Ready },
        priority: PRIORITY_DEFAULT,
        payload: None,
        result: None,
        error: None,
        progress: None,
        attempt: 0,
        max_attempts: ATTEMPTS_DEFAULT,
        agent: None,
        requires: Vec::new(),
        depends_on: Vec::new(),
        parent: None,
        deadline: None,
        concurrency_key: None,
        fairness_key: None,
        budget: None,
        schedule: None,
        usage: None,
        tree_usage: None,
        input: None,
        crashes: 0,
        tags: Vec::new(),
        metadata: empty_object()?,
        cancel_requested: false,
        created_at,
        run_at,
        started_at: None,
        finished_at: None,
        lease_expires_at: None,
        traceparent: None,
        lease: None,
    })
}

/// The task a stored spec describes, as it was the moment it was submitted.
pub(crate) fn as_submitted(
    swarm: &SwarmName,
    id: TaskId,
    spec: &Bytes,
    codec: &Codec,
) -> Result<Task, Error> {
    let line = position(spec, b'\n').ok_or_else(|| broken("header"))?;
    let space = position(&spec[..line], b' ').ok_or_else(|| broken("header"))?;
    let extras_end = line + 1 + position(&spec[line + 1..], b'\n').ok_or_else(|| broken("extras"))?;
    let (created_at, run_at) = stamps(&spec[..space])?;
    let header: Header = parse(&spec[space + 1..line], "header")?;
    let extras: Extras = parse(&spec[line + 1..extras_end], "extras")?;
    let frame = spec.slice(extras_end + 1..);
    Ok(Task {
        kind: extras.kind,
        priority: header.priority.unwrap_or(PRIORITY_DEFAULT),
        payload: frame_json(frame, codec)?,
        max_attempts: header.max_attempts.unwrap_or(ATTEMPTS_DEFAULT),
        agent: header.agent,
        deadline: header.deadline.map(Stamp),
        concurrency_key: extras.concurrency_key,
        fairness_key: extras.fairness_key,
        depends_on: extras.depends_on,
        parent: header.parent,
        budget: header.budget,
        requires: capabilities(header.requires.as_deref())?,
        tags: extras.tags,
        metadata: extras.metadata.map_or_else(empty_object, Ok)?,
        traceparent: extras.traceparent,
        schedule: extras.schedule,
        ..untouched(swarm, id, header.queue.unwrap_or_default(), created_at, run_at)?
    })
}

/// The JSON in a frame; absent where the frame is empty.
pub(crate) fn frame_json(frame: Bytes, codec: &Codec) -> Result<Option<Json>, Error> {
    if frame.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(codec.decode(frame)?.into()).map_err(|_| broken("payload"))?;
    Json::parse(text).map(Some).map_err(|_| broken("payload"))
}

pub(crate) fn empty_object() -> Result<Json, Error> {
    Json::parse("{}".to_owned()).map_err(|_| broken("metadata"))
}

pub(super) fn stamps(text: &[u8]) -> Result<(Stamp, Option<Stamp>), Error> {
    let text = str::from_utf8(text).map_err(|_| broken("header"))?;
    let number = |part: &str| part.parse().map(Stamp).map_err(|_| broken("header"));
    let (created, run_at) = text.split_once(',').map_or((text, None), |(created, run)| (created, Some(run)));
    // What is below a millisecond is for measuring alone.
    let created = created.split_once('.').map_or(created, |(whole, _)| whole);
    Ok((number(created)?, run_at.map(number).transpose()?))
}

pub(super) fn parse<'a, T: Deserialize<'a> + Default>(text: &'a [u8], part: &str) -> Result<T, Error> {
    if text == b"{}" {
        return Ok(T::default());
    }
    serde_json::from_slice(text).map_err(|_| broken(part))
}

pub(super) fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}
