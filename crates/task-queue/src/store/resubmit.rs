//! What was submitted, read back out of a stored spec, and written again as it was.

use bytes::Bytes;
use waggle_core::{Codec, Error};

use super::{
    extras::Extras,
    header::{Header, capabilities, header_text},
    spec::{Spec, broken},
    submitted::{frame_json, parse, position, stamps},
};
use crate::{
    limits::PRIORITY_DEFAULT,
    model::{NewTask, Stamp},
};

/// A submit, and when it was taken in.
#[derive(Debug)]
pub(crate) struct Resubmit {
    pub(crate) created_at: Stamp,
    /// The time it was scheduled for, if it was.
    pub(crate) run_at: Option<Stamp>,
    pub(crate) task: NewTask,
}

impl Resubmit {
    /// Reads a stored spec.
    ///
    /// # Errors
    /// When it is not one of ours.
    pub(crate) fn read(stored: &Bytes, codec: &Codec) -> Result<Self, Error> {
        let line = position(stored, b'\n').ok_or_else(|| broken("header"))?;
        let space = position(&stored[..line], b' ').ok_or_else(|| broken("header"))?;
        let extras = position(&stored[line + 1..], b'\n').ok_or_else(|| broken("extras"))?;
        let extras_end = line + 1 + extras;
        let (created_at, run_at) = stamps(&stored[..space])?;
        let header: Header = parse(&stored[space + 1..line], "header")?;
        let extras: Extras = parse(&stored[line + 1..extras_end], "extras")?;
        let task = NewTask {
            payload: frame_json(stored.slice(extras_end + 1..), codec)?,
            kind: extras.kind,
            tags: extras.tags,
            metadata: extras.metadata,
            traceparent: extras.traceparent,
            schedule: extras.schedule,
            queue: header.queue.unwrap_or_default(),
            priority: header.priority.unwrap_or(PRIORITY_DEFAULT),
            max_attempts: header.max_attempts,
            lease_ms: header.lease_ms,
            retention_ms: header.retention_ms,
            backoff: header.backoff,
            timeout_ms: header.timeout_ms,
            deadline: header.deadline.map(Stamp),
            depends_on: extras.depends_on,
            on_dependency_failure: header.on_dependency_failure.unwrap_or_default(),
            parent: header.parent,
            concurrency_key: extras.concurrency_key,
            fairness_key: extras.fairness_key,
            fairness_weight: header.fairness_weight.unwrap_or(1),
            assign: header.assign,
            budget: header.budget,
            requires: capabilities(header.requires.as_deref())?,
            agent: header.agent,
            dedup_key: header.dedup_key,
            ..NewTask::default()
        };
        Ok(Self { created_at, run_at, task })
    }

    /// What a stored spec begins with.
    pub(crate) fn stamps(&self) -> String {
        match self.run_at {
            Some(run_at) => format!("{},{}", self.created_at.0, run_at.0),
            None => self.created_at.0.to_string(),
        }
    }

    /// The spec, and its header without the deduplication key, empty where it has none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn encode(&self, codec: &Codec) -> Result<(Spec, String), Error> {
        let spec = Spec::encode(&self.task, codec)?;
        let bare = match self.task.dedup_key {
            Some(_) => header_text(&NewTask { dedup_key: None, payload: None, ..self.task.clone() })?,
            None => String::new(),
        };
        Ok((spec, bare))
    }
}
