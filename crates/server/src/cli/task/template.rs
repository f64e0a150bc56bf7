//! The fields of a task as flags.

use serde::Serialize;
use waggle_task_queue::model::{AgentName, Capability, Json, QueueName, Tag, Text};

use crate::cli::source;

/// What the flags say of a task. What they leave out is left to the service: its defaults may be the queue's.
#[derive(Debug, Clone, Default, clap::Args, Serialize)]
pub(super) struct Template {
    /// Queue it waits in [default: default]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) queue: Option<QueueName>,

    /// Kind of work, free text
    #[arg(long = "type", value_name = "TEXT")]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Text>,

    /// 0 to 9, 9 first [default: 5]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<u8>,

    /// Time until it may be claimed
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delay_ms: Option<u64>,

    /// Capability its agent must have; may be repeated
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) requires: Vec<Capability>,

    /// The only agent that may claim it
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<AgentName>,

    /// How often it may be tried [default: 3]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_attempts: Option<u32>,

    /// Time its agent may be silent [default: 30000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lease_ms: Option<u64>,

    /// Time it stays readable after its end [default: 3600000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retention_ms: Option<u64>,

    /// Label; may be repeated
    #[arg(long = "tag", value_name = "NAME")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag>,

    /// Anything, as a JSON object
    #[arg(long, value_name = "JSON", value_parser = parse)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Json>,

    /// While an unfinished task has this key, a submit answers with that task
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dedup_key: Option<Text>,
}

/// A template with its payload.
#[derive(Serialize)]
pub(super) struct Filled<'a> {
    #[serde(flatten)]
    template: &'a Template,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a Json>,
}

impl Template {
    /// The task with `payload`.
    pub(super) fn fill<'a>(&'a self, payload: Option<&'a Json>) -> Filled<'a> {
        Filled { template: self, payload }
    }
}

/// The JSON that `value` is or names.
///
/// # Errors
/// When it cannot be read or is not JSON.
pub(super) fn payload(value: &str) -> anyhow::Result<Json> {
    source::json(value, "the payload is not JSON: give text with --text")
}

/// `text` as a JSON string.
///
/// # Errors
/// Never in practice: every text can be written as a JSON string.
pub(super) fn string(text: &str) -> serde_json::Result<Json> {
    Json::parse(serde_json::to_string(text)?)
}

fn parse(text: &str) -> serde_json::Result<Json> {
    Json::parse(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_said_is_sent_and_the_payload_stays_as_it_was_written() {
        let template = Template { priority: Some(7), ..Template::default() };
        let payload = payload("{\"b\": 1.50,\n \"a\": 2}").unwrap();
        let text = serde_json::to_string(&template.fill(Some(&payload))).unwrap();
        assert_eq!(text, "{\"priority\":7,\"payload\":{\"b\": 1.50,\n \"a\": 2}}");
        assert_eq!(serde_json::to_string(&Template::default().fill(None)).unwrap(), "{}");
    }

    #[test]
    fn text_is_quoted_and_not_taken_for_json() {
        assert_eq!(string("42 \"x\"").unwrap().as_str(), r#""42 \"x\"""#);
        assert!(payload("plain words").is_err());
    }
}
