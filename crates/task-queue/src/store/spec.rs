//! A task as it was submitted: `<created_at>[,<run_at>] <header>\n<extras>\n<payload frame>`.
//!
//! The header is JSON for the functions, defaults left out; the extras are JSON for Rust alone;
//! neither can hold a line break. The stamps are put in front by `task_submit`.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use waggle_core::{Codec, Error};

use crate::{
    limits::{ATTEMPTS_DEFAULT, LEASE_MS_DEFAULT, PRIORITY_DEFAULT, RETENTION_MS_DEFAULT},
    model::{AgentName, Backoff, Capability, Json, NewTask, QueueName, Stamp, Status, SwarmName, Tag, Task, TaskId, Text},
};

/// What the functions need to know of a task; a field is absent where it has its default.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Header {
    #[serde(rename = "q", skip_serializing_if = "Option::is_none")]
    queue: Option<QueueName>,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    max_attempts: Option<u32>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    lease_ms: Option<u64>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    retention_ms: Option<u64>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    backoff: Option<Backoff>,
    /// Required capabilities, sorted and joined by commas.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    requires: Option<String>,
    /// The agent the task is pinned to.
    #[serde(rename = "g", skip_serializing_if = "Option::is_none")]
    agent: Option<AgentName>,
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    dedup_key: Option<Text>,
}

/// What only clients need to know.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Extras {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

/// The parts of a spec that `task_submit` is given.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) header: String,
    /// Extras and payload frame.
    pub(crate) rest: Vec<u8>,
    /// `` now, `+ms` after a delay, `ms` at a time.
    pub(crate) when: String,
    pub(crate) dedup_key: String,
}

impl Spec {
    pub(crate) fn encode(task: &NewTask, codec: &Codec) -> Result<Self, Error> {
        let mut rest = text_of(&Extras {
            kind: task.kind.clone(),
            tags: task.tags.clone(),
            metadata: task.metadata.as_ref().map(one_line).transpose()?,
            traceparent: task.traceparent.clone(),
        })?;
        rest.push(b'\n');
        if let Some(payload) = task.payload.as_ref().filter(|json| !json.is_null()) {
            codec.encode_into(payload.as_bytes(), &mut rest);
        }
        let header = text_of(&header_of(task))?;
        Ok(Self {
            header: String::from_utf8(header).map_err(|_| broken("header"))?,
            rest,
            when: when(task),
            dedup_key: task.dedup_key.as_ref().map_or_else(String::new, |key| key.as_str().to_owned()),
        })
    }

    /// When the task becomes claimable, if not at once, for a submit at `now` (milliseconds).
    pub(crate) fn run_at(&self, now: i64) -> Option<i64> {
        match self.when.strip_prefix('+') {
            Some(delay) => delay.parse::<i64>().ok().map(|delay| now + delay),
            None => self.when.parse::<i64>().ok().filter(|at| *at > now),
        }
    }

    /// Bytes of the spec, near enough to decide whether it may share a call.
    pub(crate) fn size(&self) -> usize {
        self.header.len() + self.rest.len()
    }
}

fn header_of(task: &NewTask) -> Header {
    let unless = |default: bool| !default;
    Header {
        queue: unless(task.queue.as_str() == QueueName::DEFAULT).then(|| task.queue.clone()),
        priority: unless(task.priority == PRIORITY_DEFAULT).then_some(task.priority),
        max_attempts: unless(task.max_attempts == ATTEMPTS_DEFAULT).then_some(task.max_attempts),
        lease_ms: unless(task.lease_ms == LEASE_MS_DEFAULT).then_some(task.lease_ms),
        retention_ms: unless(task.retention_ms == RETENTION_MS_DEFAULT).then_some(task.retention_ms),
        backoff: unless(task.backoff == Backoff::default()).then(|| task.backoff.clone()),
        requires: unless(task.requires.is_empty()).then(|| joined(&task.requires)),
        agent: task.agent.clone(),
        dedup_key: task.dedup_key.clone(),
    }
}

/// Capabilities as the functions want them: joined by commas, which no name holds.
pub(crate) fn joined(capabilities: &[Capability]) -> String {
    capabilities.iter().map(Capability::as_str).collect::<Vec<_>>().join(",")
}

fn when(task: &NewTask) -> String {
    match task.run_at {
        Some(Stamp(ms)) => ms.max(0).to_string(),
        None if task.delay_ms > 0 => format!("+{}", task.delay_ms),
        None => String::new(),
    }
}

/// Line breaks between the tokens of a JSON text would end the line early.
fn one_line(json: &Json) -> Result<Json, Error> {
    if !json.as_bytes().contains(&b'\n') && !json.as_bytes().contains(&b'\r') {
        return Ok(json.clone());
    }
    let value: serde_json::Value = serde_json::from_str(json.as_str()).map_err(|_| broken("metadata"))?;
    Json::parse(value.to_string()).map_err(|_| broken("metadata"))
}

fn text_of(part: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(part).map_err(|_| broken("header"))
}

fn broken(part: &str) -> Error {
    Error::Internal { detail: format!("the {part} of a stored task cannot be read or written") }
}

/// The task a stored spec describes, as it was the moment it was submitted.
pub(crate) fn as_submitted(swarm: &SwarmName, id: TaskId, spec: &Bytes, codec: &Codec) -> Result<Task, Error> {
    let line = position(spec, b'\n').ok_or_else(|| broken("header"))?;
    let space = position(&spec[..line], b' ').ok_or_else(|| broken("header"))?;
    let extras_end = line + 1 + position(&spec[line + 1..], b'\n').ok_or_else(|| broken("extras"))?;
    let (created_at, run_at) = stamps(&spec[..space])?;
    let header: Header = parse(&spec[space + 1..line], "header")?;
    let extras: Extras = parse(&spec[line + 1..extras_end], "extras")?;
    let frame = spec.slice(extras_end + 1..);
    Ok(Task {
        id,
        swarm: swarm.clone(),
        queue: header.queue.unwrap_or_default(),
        kind: extras.kind,
        status: if run_at.is_some() { Status::Scheduled } else { Status::Ready },
        priority: header.priority.unwrap_or(PRIORITY_DEFAULT),
        payload: frame_json(frame, codec)?,
        result: None,
        error: None,
        progress: None,
        attempt: 0,
        max_attempts: header.max_attempts.unwrap_or(ATTEMPTS_DEFAULT),
        agent: header.agent,
        requires: capabilities(header.requires.as_deref())?,
        depends_on: Vec::new(),
        parent: None,
        tags: extras.tags,
        metadata: extras.metadata.map_or_else(empty_object, Ok)?,
        cancel_requested: false,
        created_at,
        run_at,
        started_at: None,
        finished_at: None,
        lease_expires_at: None,
        traceparent: extras.traceparent,
        lease: None,
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

fn capabilities(joined: Option<&str>) -> Result<Vec<Capability>, Error> {
    joined.map_or_else(
        || Ok(Vec::new()),
        |text| text.split(',').map(|name| name.parse().map_err(|_| broken("header"))).collect(),
    )
}

fn stamps(text: &[u8]) -> Result<(Stamp, Option<Stamp>), Error> {
    let text = str::from_utf8(text).map_err(|_| broken("header"))?;
    let number = |part: &str| part.parse().map(Stamp).map_err(|_| broken("header"));
    match text.split_once(',') {
        Some((created, run)) => Ok((number(created)?, Some(number(run)?))),
        None => Ok((number(text)?, None)),
    }
}

fn parse<'a, T: Deserialize<'a> + Default>(text: &'a [u8], part: &str) -> Result<T, Error> {
    if text == b"{}" {
        return Ok(T::default());
    }
    serde_json::from_slice(text).map_err(|_| broken(part))
}

fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}
