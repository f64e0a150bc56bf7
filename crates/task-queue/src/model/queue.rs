//! Queues: what is said of them, and what they hold.

use serde::{Deserialize, Serialize};

use super::{Backoff, Invalid, QueueName, TaskCounts, Usage, invalid::Check, object::optional_object};
use crate::limits::{
    ATTEMPTS_DEFAULT, ATTEMPTS_MAX, COUNT_MAX, LEASE_MS_DEFAULT, LEASE_MS_MAX, LEASE_MS_MIN, RATE_PER_MS_MAX,
    RETENTION_MS_DEFAULT, RETENTION_MS_MAX,
};

/// How many tasks may be handed out in a time. A queue that was idle hands out `limit` at once, then one each
/// `per_ms / limit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Tasks.
    pub limit: u64,
    /// Milliseconds, at most one day.
    pub per_ms: u64,
}

/// Limits of a queue, and what its tasks are unless they say otherwise. What is null or left out has no limit, or the
/// default of the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct QueueSettings {
    /// Tasks that may wait: ready, scheduled and blocked ones. A submit beyond is refused with 429 `queue_full`.
    pub max_depth: Option<u64>,
    /// Tasks that may run at once.
    pub concurrency: Option<u64>,
    /// Tasks with the same `concurrency_key` that may run at once.
    pub concurrency_per_key: Option<u64>,
    /// How many tasks may be handed out in a time.
    #[serde(deserialize_with = "optional_object")]
    pub rate: Option<Rate>,
    /// Milliseconds a claimer may be silent, 100 to 86,400,000; 30,000 by default.
    pub lease_ms: Option<u64>,
    /// How often a task may be tried, 1 to 1,000; 3 by default.
    pub max_attempts: Option<u32>,
    /// The wait before each retry.
    #[serde(deserialize_with = "optional_object")]
    pub backoff: Option<Backoff>,
    /// Milliseconds a finished task stays readable; 3,600,000 by default.
    pub retention_ms: Option<u64>,
}

/// A queue.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Queue {
    /// Its name.
    pub name: QueueName,
    /// Whether it hands nothing out.
    pub paused: bool,
    /// Whether it takes nothing in.
    pub draining: bool,
    /// What is said of it, with the defaults where nothing is.
    pub settings: QueueSettings,
    /// Its tasks by state.
    pub tasks: TaskCounts,
    /// For how long the oldest ready task has been ready, in milliseconds; null where none is ready.
    pub oldest_ready_ms: Option<u64>,
    /// What the holders of its tasks said that they have used up; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

impl QueueSettings {
    /// Whether it can be accepted.
    ///
    /// # Errors
    /// [`Invalid`], with pointers into the body.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        for (limit, pointer) in [
            (self.max_depth, "/max_depth"),
            (self.concurrency, "/concurrency"),
            (self.concurrency_per_key, "/concurrency_per_key"),
            (self.rate.map(|rate| rate.limit), "/rate/limit"),
        ] {
            within(&mut check, limit, 1..=COUNT_MAX, pointer);
        }
        within(&mut check, self.rate.map(|rate| rate.per_ms), 1..=RATE_PER_MS_MAX, "/rate/per_ms");
        within(&mut check, self.lease_ms, LEASE_MS_MIN..=LEASE_MS_MAX, "/lease_ms");
        within(&mut check, self.max_attempts.map(u64::from), 1..=u64::from(ATTEMPTS_MAX), "/max_attempts");
        within(&mut check, self.retention_ms, 0..=RETENTION_MS_MAX, "/retention_ms");
        if let Some(backoff) = &self.backoff {
            backoff.check(&mut check);
        }
        check.done()
    }

    /// The same with the defaults of the service where nothing is said.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        self.lease_ms.get_or_insert(LEASE_MS_DEFAULT);
        self.max_attempts.get_or_insert(ATTEMPTS_DEFAULT);
        self.backoff.get_or_insert_default();
        self.retention_ms.get_or_insert(RETENTION_MS_DEFAULT);
        self
    }
}

fn within(check: &mut Check, value: Option<u64>, range: std::ops::RangeInclusive<u64>, pointer: &str) {
    check.that(value.is_none_or(|value| range.contains(&value)), pointer, || {
        format!("{} to {}", range.start(), range.end())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(text: &str) -> Vec<String> {
        let settings: QueueSettings = serde_json::from_str(text).unwrap();
        let errors = settings.check().map_or_else(|invalid| invalid.errors, |()| Vec::new());
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn the_contract_s_own_example_is_accepted() {
        let text = r#"{"max_depth":null,"concurrency":null,"concurrency_per_key":null,
            "rate":{"limit":100,"per_ms":1000},"lease_ms":30000,"max_attempts":3,
            "backoff":{"kind":"fixed","base_ms":5},"retention_ms":3600000}"#;
        assert!(pointers(text).is_empty());
        assert!(pointers("{}").is_empty());
    }

    #[test]
    fn limits_of_0_are_refused_each_by_its_pointer() {
        for field in ["max_depth", "concurrency", "concurrency_per_key", "lease_ms", "max_attempts"] {
            assert_eq!(pointers(&format!(r#"{{"{field}":0}}"#)), [format!("/{field}")]);
        }
        assert_eq!(pointers(r#"{"rate":{"limit":0,"per_ms":0}}"#), ["/rate/limit", "/rate/per_ms"]);
    }
}
