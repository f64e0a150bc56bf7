//! The extras of a spec: what only clients need to know.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use waggle_core::Error;

use super::spec::broken;
use crate::model::{Json, NewTask, ScheduleName, Tag, TaskId, Text};

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
pub(super) struct ExtrasOf<'a> {
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

impl<'a> ExtrasOf<'a> {
    pub(super) fn of(task: &'a NewTask) -> Result<Self, Error> {
        Ok(Self {
            kind: task.kind.as_ref(),
            tags: &task.tags,
            metadata: task.metadata.as_ref().map(one_line).transpose()?,
            concurrency_key: task.concurrency_key.as_ref(),
            fairness_key: task.fairness_key.as_ref(),
            depends_on: task.dependencies(),
            traceparent: task.traceparent.as_deref(),
            schedule: task.schedule.as_ref(),
        })
    }
}

/// A line break in JSON stands between tokens, where a space means the same; in the extras it would end the line early.
fn one_line(json: &Json) -> Result<Cow<'_, Json>, Error> {
    if !json.as_str().contains(['\n', '\r']) {
        return Ok(Cow::Borrowed(json));
    }
    Json::parse(json.as_str().replace(['\n', '\r'], " ")).map(Cow::Owned).map_err(|_| broken("metadata"))
}
