//! What a submit may say of a task.

use serde::{Deserialize, Serialize};

use super::{AgentName, Backoff, Capability, Invalid, Json, QueueName, Stamp, Tag, Text, invalid::Check};
use crate::limits::{
    ATTEMPTS_DEFAULT, ATTEMPTS_MAX, DELAY_MS_MAX, LEASE_MS_DEFAULT, LEASE_MS_MAX, LEASE_MS_MIN,
    METADATA_BYTES, PRIORITY_DEFAULT, PRIORITY_MAX, REQUIRES, RETENTION_MS_DEFAULT, RETENTION_MS_MAX, TAGS,
};

/// A task to be submitted. Only `payload` is usual; every field has a default.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewTask {
    /// Where it waits.
    pub queue: QueueName,
    /// What kind of work it is; free text of 1 to 256 bytes.
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    /// What the agent needs to know: any JSON.
    pub payload: Option<Json>,
    /// 0 to 9, 9 first.
    pub priority: u8,
    /// Milliseconds until it may be claimed.
    pub delay_ms: u64,
    /// The time from which it may be claimed; one in the past means now. Not together with `delay_ms`.
    pub run_at: Option<Stamp>,
    /// Capabilities its claimer must have, all of them.
    pub requires: Vec<Capability>,
    /// The only agent that may claim it.
    pub agent: Option<AgentName>,
    /// How often it may be tried, 1 to 1,000.
    pub max_attempts: u32,
    /// The wait before each retry.
    #[serde(deserialize_with = "super::object::object")]
    pub backoff: Backoff,
    /// Milliseconds a claimer may be silent before the task is given to another, 100 to 86,400,000.
    pub lease_ms: u64,
    /// Milliseconds it stays readable after it has finished.
    pub retention_ms: u64,
    /// While a task with this key is unfinished, another submit of the same key answers with that task.
    pub dedup_key: Option<Text>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Anything, as a JSON object of at most 16 KiB.
    pub metadata: Option<Json>,
    /// W3C trace context, from the header of the submit.
    #[serde(skip)]
    #[schema(ignore)]
    pub traceparent: Option<String>,
    /// Not acted on by this version: only an empty list.
    #[serde(skip_serializing)]
    pub depends_on: Vec<Json>,
    /// Not acted on by this version: only `fail`.
    #[serde(skip_serializing)]
    pub on_dependency_failure: Option<Text>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub parent: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub timeout_ms: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub deadline: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub concurrency_key: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub fairness_key: Option<Json>,
    /// Not acted on by this version: only 1.
    #[serde(skip_serializing)]
    pub fairness_weight: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub assign: Option<Json>,
    /// Not acted on by this version: only null.
    #[serde(skip_serializing)]
    pub budget: Option<Json>,
}

impl Default for NewTask {
    fn default() -> Self {
        Self {
            queue: QueueName::default(),
            kind: None,
            payload: None,
            priority: PRIORITY_DEFAULT,
            delay_ms: 0,
            run_at: None,
            requires: Vec::new(),
            agent: None,
            max_attempts: ATTEMPTS_DEFAULT,
            backoff: Backoff::default(),
            lease_ms: LEASE_MS_DEFAULT,
            retention_ms: RETENTION_MS_DEFAULT,
            dedup_key: None,
            tags: Vec::new(),
            metadata: None,
            traceparent: None,
            depends_on: Vec::new(),
            on_dependency_failure: None,
            parent: None,
            timeout_ms: None,
            deadline: None,
            concurrency_key: None,
            fairness_key: None,
            fairness_weight: None,
            assign: None,
            budget: None,
        }
    }
}

impl NewTask {
    /// Checks what the types alone cannot, and puts `requires` into the order in which it is stored.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        self.requires.sort_unstable();
        self.requires.dedup();
        let mut check = Check::default();
        self.check_numbers(&mut check);
        self.check_lists(&mut check);
        self.check_later(&mut check);
        self.backoff.check(&mut check);
        check.done()
    }

    fn check_numbers(&self, check: &mut Check) {
        check.that(self.priority <= PRIORITY_MAX, "/priority", || format!("0 to {PRIORITY_MAX}"));
        check.that(self.delay_ms <= DELAY_MS_MAX, "/delay_ms", || format!("at most {DELAY_MS_MAX}"));
        check.that(self.delay_ms == 0 || self.run_at.is_none(), "/run_at", || {
            "either delay_ms or run_at, not both".to_owned()
        });
        check.that((1..=ATTEMPTS_MAX).contains(&self.max_attempts), "/max_attempts", || {
            format!("1 to {ATTEMPTS_MAX}")
        });
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&self.lease_ms), "/lease_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        check.that(self.retention_ms <= RETENTION_MS_MAX, "/retention_ms", || {
            format!("at most {RETENTION_MS_MAX}")
        });
    }

    fn check_lists(&self, check: &mut Check) {
        check.that(self.requires.len() <= REQUIRES, "/requires", || {
            format!("at most {REQUIRES} capabilities")
        });
        check.that(self.tags.len() <= TAGS, "/tags", || format!("at most {TAGS} tags"));
        let metadata = self.metadata.as_ref();
        check.that(metadata.is_none_or(Json::is_object), "/metadata", || "a JSON object".to_owned());
        check.that(metadata.is_none_or(|json| json.as_bytes().len() <= METADATA_BYTES), "/metadata", || {
            format!("at most {METADATA_BYTES} bytes")
        });
    }

    /// Accepting a wish and not acting on it would be worse than refusing it.
    fn check_later(&self, check: &mut Check) {
        let refuse = |only: &str| format!("this version does not act on it yet: leave it out or send {only}");
        let unset = |field: &Option<Json>| field.as_ref().is_none_or(Json::is_null);
        check.that(self.depends_on.is_empty(), "/depends_on", || refuse("[]"));
        let policy = self.on_dependency_failure.as_ref().map(Text::as_str);
        check.that(matches!(policy, None | Some("fail")), "/on_dependency_failure", || refuse("\"fail\""));
        let weight = self.fairness_weight.as_ref();
        check.that(weight.is_none_or(|json| json.as_str() == "1"), "/fairness_weight", || refuse("1"));
        for (field, pointer) in [
            (&self.parent, "/parent"),
            (&self.timeout_ms, "/timeout_ms"),
            (&self.deadline, "/deadline"),
            (&self.concurrency_key, "/concurrency_key"),
            (&self.fairness_key, "/fairness_key"),
            (&self.assign, "/assign"),
            (&self.budget, "/budget"),
        ] {
            check.that(unset(field), pointer, || refuse("null"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(), Vec<String>> {
        let mut task: NewTask = serde_json::from_str(text).map_err(|e| vec![e.to_string()])?;
        task.check().map_err(|e| e.errors.into_iter().map(|e| e.pointer).collect())
    }

    #[test]
    fn the_contract_s_own_example_is_accepted() {
        let text = r#"{ "queue": "default", "type": "research", "payload": {"any": "json"}, "priority": 5,
            "delay_ms": 0, "run_at": null, "requires": ["python"], "agent": null,
            "depends_on": [], "on_dependency_failure": "fail", "parent": null,
            "max_attempts": 3, "backoff": {"kind": "exponential", "base_ms": 1000, "max_ms": 60000, "jitter": true},
            "lease_ms": 30000, "timeout_ms": null, "deadline": null, "retention_ms": 3600000,
            "dedup_key": null, "concurrency_key": null, "fairness_key": null, "fairness_weight": 1,
            "assign": null, "budget": null, "tags": [], "metadata": {} }"#;
        assert_eq!(parse(text), Ok(()));
        assert_eq!(parse("{}"), Ok(()));
    }

    #[test]
    fn each_wrong_field_is_named_by_its_pointer() {
        for (text, pointer) in [
            (r#"{"priority":10}"#, "/priority"),
            (r#"{"max_attempts":0}"#, "/max_attempts"),
            (r#"{"lease_ms":99}"#, "/lease_ms"),
            (r#"{"metadata":[]}"#, "/metadata"),
            (r#"{"delay_ms":1,"run_at":"2030-01-01T00:00:00Z"}"#, "/run_at"),
            (r#"{"backoff":{"kind":"list"}}"#, "/backoff/delays_ms"),
            (r#"{"depends_on":["x"]}"#, "/depends_on"),
            (r#"{"budget":{"tokens":1}}"#, "/budget"),
        ] {
            assert_eq!(parse(text), Err(vec![pointer.to_owned()]), "{text}");
        }
    }
}
