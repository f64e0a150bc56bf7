//! A task as it was submitted: `<created_at>.<microseconds>[,<run_at>] <header>\n<extras>\n<payload frame>`.
//!
//! The header is JSON for the functions, defaults left out; the extras are JSON for Rust alone;
//! neither can hold a line break. The stamps are put in front by `task_submit`.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use waggle_core::{Codec, Error};

use super::digest;
use crate::{
    limits::{ATTEMPTS_DEFAULT, PRIORITY_DEFAULT},
    model::{
        AgentName, Backoff, Budget, Capability, DependencyPolicy, Json, NewTask, QueueName, ScheduleName,
        Stamp, Status, Strategy, SwarmName, Tag, Task, TaskId, Text,
    },
};

/// What the functions need to know of a task; a field is absent where it has its default.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Header {
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    pub(super) queue: Option<QueueName>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<u8>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    pub(super) lease_ms: Option<u64>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub(super) retention_ms: Option<u64>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    pub(super) backoff: Option<Backoff>,
    /// Required capabilities, sorted and joined by commas.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub(super) requires: Option<String>,
    /// The agent the task is pinned to.
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<AgentName>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub(super) dedup_key: Option<Text>,
    /// Stands for the concurrency key.
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    pub(super) concurrency: Option<String>,
    /// Stands for the fairness key.
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    pub(super) fairness: Option<String>,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    pub(super) fairness_weight: Option<u32>,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    pub(super) timeout_ms: Option<u64>,
    /// Milliseconds since the epoch.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) deadline: Option<i64>,
    /// The task it belongs to.
    #[serde(rename = "o", skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<TaskId>,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    pub(super) on_dependency_failure: Option<DependencyPolicy>,
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub(super) assign: Option<Strategy>,
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    pub(super) budget: Option<Budget>,
    /// Stands for the type.
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    /// Tags joined by commas.
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    pub(super) tags: Option<String>,
}

/// What only clients need to know, as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Extras {
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) tags: Vec<Tag>,
    pub(super) metadata: Option<Json>,
    pub(super) concurrency_key: Option<Text>,
    pub(super) fairness_key: Option<Text>,
    pub(super) depends_on: Vec<TaskId>,
    pub(super) traceparent: Option<String>,
    pub(super) schedule: Option<ScheduleName>,
}

/// The same, as it is written.
#[derive(Debug, Serialize)]
struct ExtrasOf<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a Text>,
    #[serde(skip_serializing_if = "<[Tag]>::is_empty")]
    tags: &'a [Tag],
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Cow<'a, Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency_key: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fairness_key: Option<&'a Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<TaskId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<&'a ScheduleName>,
}

/// Bytes reserved for a header or extras.
const ROOM: usize = 128;
/// Bytes a text may have that stands for itself in the name of a key.
const STAND_IN_BYTES: usize = 32;

/// The parts of a spec that `task_submit` is given.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) header: String,
    /// Extras and payload frame.
    pub(crate) rest: Vec<u8>,
    pub(crate) when: When,
    pub(crate) dedup_key: String,
    pub(crate) deadline: Option<Stamp>,
    /// Tasks that it depends on, as they were named.
    pub(crate) depends_on: Vec<TaskId>,
    /// What it costs the call that takes it in, see [`CALL_WEIGHT`](crate::limits::CALL_WEIGHT).
    pub(crate) weight: usize,
}

impl Spec {
    pub(crate) fn encode(task: &NewTask, codec: &Codec) -> Result<Self, Error> {
        let payload_bytes = task.payload.as_ref().map_or(0, |json| json.as_bytes().len());
        let mut rest = Vec::with_capacity(payload_bytes + ROOM);
        write_json(
            &mut rest,
            &ExtrasOf {
                kind: task.kind.as_ref(),
                tags: &task.tags,
                metadata: task.metadata.as_ref().map(one_line).transpose()?,
                concurrency_key: task.concurrency_key.as_ref(),
                fairness_key: task.fairness_key.as_ref(),
                depends_on: task.dependencies(),
                traceparent: task.traceparent.as_deref(),
                schedule: task.schedule.as_ref(),
            },
        )?;
        rest.push(b'\n');
        if let Some(payload) = task.payload.as_ref().filter(|json| !json.is_null()) {
            codec.encode_into(payload.as_bytes(), &mut rest);
        }
        Ok(Self {
            header: header_text(task)?,
            rest,
            when: When::of(task),
            deadline: task.deadline,
            dedup_key: task.dedup_key.as_ref().map_or_else(String::new, |key| key.as_str().to_owned()),
            depends_on: task.depends_on.clone(),
            weight: weight_of(task),
        })
    }

    /// Bytes of the spec, near enough to decide whether it may share a call.
    pub(crate) fn size(&self) -> usize {
        self.header.len() + self.rest.len()
    }

    /// The ids of the tasks that it depends on, joined by commas.
    pub(crate) fn dependencies(&self) -> String {
        self.depends_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// Choosing an agent looks at many.
const ASSIGN_WEIGHT: usize = 40;

/// What a task costs the call that takes it in, in tasks that ask for nothing: each part was measured against one of those.
fn weight_of(task: &NewTask) -> usize {
    let parts = [
        (task.kind.is_some(), 2),
        (task.deadline.is_some(), 2),
        (task.dedup_key.is_some(), 1),
        (!task.requires.is_empty() || task.agent.is_some(), 1),
        (task.fairness_key.is_some(), 2),
        (task.concurrency_key.is_some(), 2),
        (task.parent.is_some(), 3),
        (task.budget.is_some(), 1),
        (task.assign.is_some(), ASSIGN_WEIGHT),
        (!task.depends_on.is_empty(), 3),
    ];
    let asked: usize = parts.into_iter().filter_map(|(asks, weight)| asks.then_some(weight)).sum();
    1 + asked + task.tags.len() + task.depends_on.len()
}

pub(super) fn header_text(task: &NewTask) -> Result<String, Error> {
    let mut header = Vec::with_capacity(ROOM);
    write_json(&mut header, &header_of(task))?;
    String::from_utf8(header).map_err(|_| broken("header"))
}

fn header_of(task: &NewTask) -> Header {
    let unless = |default: bool| !default;
    Header {
        queue: unless(task.queue.as_str() == QueueName::DEFAULT).then(|| task.queue.clone()),
        priority: unless(task.priority == PRIORITY_DEFAULT).then_some(task.priority),
        max_attempts: task.max_attempts,
        lease_ms: task.lease_ms,
        retention_ms: task.retention_ms,
        backoff: task.backoff.clone(),
        requires: unless(task.requires.is_empty()).then(|| joined(&task.requires)),
        agent: task.agent.clone(),
        dedup_key: task.dedup_key.clone(),
        concurrency: task.concurrency_key.as_ref().map(stand_in),
        fairness: task.fairness_key.as_ref().map(stand_in),
        fairness_weight: unless(task.fairness_weight == 1).then_some(task.fairness_weight),
        timeout_ms: task.timeout_ms,
        deadline: task.deadline.map(|Stamp(ms)| ms),
        parent: task.parent,
        on_dependency_failure: unless(task.on_dependency_failure == DependencyPolicy::Fail)
            .then_some(task.on_dependency_failure),
        assign: task.assign,
        budget: task.budget.clone(),
        kind: task.kind.as_ref().map(stand_in),
        tags: unless(task.tags.is_empty())
            .then(|| task.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")),
    }
}

/// Stands for a free text in the name of a key: itself where it is a short name, else a digest, which no name can be.
pub(crate) fn stand_in(text: &Text) -> String {
    let text = text.as_str();
    let short = text.len() <= STAND_IN_BYTES
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte));
    if short { text.to_owned() } else { format!("!{}", digest(&[text.as_bytes()])) }
}

/// Capabilities as the functions want them: joined by commas, which no name holds.
pub(crate) fn joined(capabilities: &[Capability]) -> String {
    capabilities.iter().map(Capability::as_str).collect::<Vec<_>>().join(",")
}

/// The letter of a task's flags by which its deadline holds: one that has passed may have been taken off.
pub(crate) const DEADLINE_HOLDS: char = 'l';

/// When a task becomes claimable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    Now,
    /// Milliseconds after its submit.
    After(u64),
    /// Milliseconds since the epoch; one in the past means now.
    At(i64),
}

impl When {
    fn of(task: &NewTask) -> Self {
        match task.run_at {
            Some(Stamp(ms)) => Self::At(ms.max(0)),
            None if task.delay_ms > 0 => Self::After(task.delay_ms),
            None => Self::Now,
        }
    }

    /// As `task_submit` wants it: nothing, `+ms` or `ms`.
    pub(crate) fn to_text(self) -> String {
        match self {
            Self::Now => String::new(),
            Self::After(ms) => format!("+{ms}"),
            Self::At(ms) => ms.to_string(),
        }
    }

    /// The time for a submit at `now` (milliseconds), if it is not at once.
    pub(crate) fn run_at(self, now: i64) -> Option<i64> {
        match self {
            Self::Now => None,
            Self::After(ms) => Some(now.saturating_add_unsigned(ms)),
            Self::At(ms) => (ms > now).then_some(ms),
        }
    }
}

/// A line break in JSON stands between tokens, where a space means the same; in the extras it would end the line early.
fn one_line(json: &Json) -> Result<Cow<'_, Json>, Error> {
    if !json.as_str().contains(['\n', '\r']) {
        return Ok(Cow::Borrowed(json));
    }
    Json::parse(json.as_str().replace(['\n', '\r'], " ")).map(Cow::Owned).map_err(|_| broken("metadata"))
}

fn write_json(out: &mut Vec<u8>, part: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(out, part).map_err(|_| broken("header"))
}

pub(super) fn broken(part: &str) -> Error {
    Error::Internal { detail: format!("the {part} of a stored task cannot be read or written") }
}

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

pub(super) fn capabilities(joined: Option<&str>) -> Result<Vec<Capability>, Error> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |text| text.split(',').map(|name| name.parse().map_err(|_| broken("header"))).collect(),
    )
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
