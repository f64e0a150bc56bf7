//! What a submit may say of a task.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{
    AgentName, Backoff, Budget, Capability, DependencyPolicy, Invalid, Json, QueueName, ScheduleName, Stamp,
    Strategy, Tag, TaskId, Text, invalid::Check, object::optional_object,
};
use crate::limits::{
    ATTEMPTS_MAX, DELAY_MS_MAX, DEPENDENCIES, FAIRNESS_WEIGHT_MAX, LEASE_MS_MAX, LEASE_MS_MIN,
    METADATA_BYTES, PRIORITY_DEFAULT, PRIORITY_MAX, REQUIRES, RETENTION_MS_MAX, TAGS, TIMEOUT_MS_MAX,
    TIMEOUT_MS_MIN,
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
    /// How often it may be tried, 1 to 1,000; else what its queue says, else 3.
    pub max_attempts: Option<u32>,
    /// The wait before each retry; else what its queue says, else exponential from 1 s to 60 s with jitter.
    #[serde(deserialize_with = "optional_object")]
    pub backoff: Option<Backoff>,
    /// Milliseconds a claimer may be silent before the task is given to another, 100 to 86,400,000; else what its queue
    /// says, else 30,000.
    pub lease_ms: Option<u64>,
    /// Milliseconds an attempt may take, however often its lease is extended, 100 to 2,678,400,000. One that takes longer
    /// has failed, and is tried again as after any failure.
    pub timeout_ms: Option<u64>,
    /// The time at which it fails wherever it stands; after now, and after `run_at` or `delay_ms`.
    pub deadline: Option<Stamp>,
    /// Milliseconds it stays readable after it has finished; else what its queue says, else 3,600,000.
    pub retention_ms: Option<u64>,
    /// While a task with this key is unfinished, another submit of the same key answers with that task.
    pub dedup_key: Option<Text>,
    /// Tasks that have to finish before it may be claimed, 1,000 at most; one named twice counts once.
    pub depends_on: Vec<TaskId>,
    /// What becomes of it when one of those fails or is cancelled.
    pub on_dependency_failure: DependencyPolicy,
    /// The task it belongs to.
    pub parent: Option<TaskId>,
    /// Of tasks with the same key no more run at once than its queue's `concurrency_per_key` says.
    pub concurrency_key: Option<Text>,
    /// Keys take turns in their queue.
    pub fairness_key: Option<Text>,
    /// How many tasks of its key are handed out in each turn, 1 to 100; the task that came last says it for its key.
    pub fairness_weight: u32,
    /// How an agent is chosen to which it is pinned.
    pub assign: Option<Strategy>,
    /// What it and the tasks that belong to it may use up.
    #[serde(deserialize_with = "optional_object")]
    pub budget: Option<Budget>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Anything, as a JSON object of at most 16 KiB.
    pub metadata: Option<Json>,
    /// W3C trace context, from the header of the submit.
    #[serde(skip)]
    #[schema(ignore)]
    pub traceparent: Option<String>,
    /// The schedule whose run submits it.
    #[serde(skip)]
    #[schema(ignore)]
    pub schedule: Option<ScheduleName>,
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
            max_attempts: None,
            backoff: None,
            lease_ms: None,
            timeout_ms: None,
            deadline: None,
            retention_ms: None,
            dedup_key: None,
            depends_on: Vec::new(),
            on_dependency_failure: DependencyPolicy::Fail,
            parent: None,
            concurrency_key: None,
            fairness_key: None,
            fairness_weight: 1,
            assign: None,
            budget: None,
            tags: Vec::new(),
            metadata: None,
            traceparent: None,
            schedule: None,
        }
    }
}

impl NewTask {
    /// Checks what the types alone cannot, and puts `requires` into the order in which they are stored.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        self.requires.sort_unstable();
        self.requires.dedup();
        let mut check = Check::default();
        self.check_numbers(&mut check);
        self.check_times(&mut check);
        self.check_lists(&mut check);
        if let Some(backoff) = &self.backoff {
            backoff.check(&mut check);
        }
        if let Some(budget) = &self.budget {
            budget.check(&mut check);
        }
        check.done()
    }

    /// What it depends on, each once.
    pub(crate) fn dependencies(&self) -> Vec<TaskId> {
        let mut seen = HashSet::with_capacity(self.depends_on.len());
        self.depends_on.iter().copied().filter(|id| seen.insert(*id)).collect()
    }

    fn check_numbers(&self, check: &mut Check) {
        check.that(self.priority <= PRIORITY_MAX, "/priority", || format!("0 to {PRIORITY_MAX}"));
        let attempts = self.max_attempts.unwrap_or(1);
        check
            .that((1..=ATTEMPTS_MAX).contains(&attempts), "/max_attempts", || format!("1 to {ATTEMPTS_MAX}"));
        check.that((1..=FAIRNESS_WEIGHT_MAX).contains(&self.fairness_weight), "/fairness_weight", || {
            format!("1 to {FAIRNESS_WEIGHT_MAX}")
        });
        check.that(self.fairness_weight == 1 || self.fairness_key.is_some(), "/fairness_weight", || {
            "only with a fairness_key".to_owned()
        });
    }

    fn check_times(&self, check: &mut Check) {
        check.that(self.delay_ms <= DELAY_MS_MAX, "/delay_ms", || format!("at most {DELAY_MS_MAX}"));
        check.that(self.delay_ms == 0 || self.run_at.is_none(), "/run_at", || {
            "either delay_ms or run_at, not both".to_owned()
        });
        let lease = self.lease_ms.unwrap_or(LEASE_MS_MIN);
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&lease), "/lease_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        check.that(self.retention_ms.is_none_or(|ms| ms <= RETENTION_MS_MAX), "/retention_ms", || {
            format!("at most {RETENTION_MS_MAX}")
        });
        let timeout = self.timeout_ms.unwrap_or(TIMEOUT_MS_MIN);
        check.that((TIMEOUT_MS_MIN..=TIMEOUT_MS_MAX).contains(&timeout), "/timeout_ms", || {
            format!("{TIMEOUT_MS_MIN} to {TIMEOUT_MS_MAX}")
        });
        let comes_first = |at: Stamp| self.deadline.is_none_or(|deadline| at.0 < deadline.0);
        check.that(self.run_at.is_none_or(comes_first), "/deadline", || "after run_at".to_owned());
    }

    fn check_lists(&self, check: &mut Check) {
        check.that(self.requires.len() <= REQUIRES, "/requires", || {
            format!("at most {REQUIRES} capabilities")
        });
        check.that(self.depends_on.len() <= DEPENDENCIES, "/depends_on", || {
            format!("at most {DEPENDENCIES} tasks")
        });
        check.that(self.assign.is_none() || self.agent.is_none(), "/assign", || {
            "either agent or assign, not both".to_owned()
        });
        check.that(self.tags.len() <= TAGS, "/tags", || format!("at most {TAGS} tags"));
        let metadata = self.metadata.as_ref();
        check.that(metadata.is_none_or(Json::is_object), "/metadata", || "a JSON object".to_owned());
        check.that(metadata.is_none_or(|json| json.as_bytes().len() <= METADATA_BYTES), "/metadata", || {
            format!("at most {METADATA_BYTES} bytes")
        });
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
            (r#"{"assign":"least_loaded","agent":"a"}"#, "/assign"),
            (r#"{"fairness_weight":2}"#, "/fairness_weight"),
        ] {
            assert_eq!(parse(text), Err(vec![pointer.to_owned()]), "{text}");
        }
    }
}
