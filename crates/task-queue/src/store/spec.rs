//! A task as it was submitted: `<created_at>.<microseconds>[,<run_at>] <header>\n<extras>\n<payload frame>`.
//!
//! The header is JSON for the functions, defaults left out; the extras are JSON for Rust alone;
//! neither can hold a line break. The stamps are put in front by `task_submit`.

use serde::Serialize;
use waggle_core::{Codec, Error};

use super::{extras::ExtrasOf, header::header_text, weight::weight_of};
use crate::model::{NewTask, Stamp, TaskId};

/// Bytes reserved for a header or extras.
pub(super) const ROOM: usize = 128;

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
        write_json(&mut rest, &ExtrasOf::of(task)?)?;
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

pub(super) fn write_json(out: &mut Vec<u8>, part: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(out, part).map_err(|_| broken("header"))
}

pub(super) fn broken(part: &str) -> Error {
    Error::Internal { detail: format!("the {part} of a stored task cannot be read or written") }
}
