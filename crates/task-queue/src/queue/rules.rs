//! What is said of a queue as `lua/parts/rules.lua` reads it.

use serde::{Deserialize, Serialize};
use waggle_core::Error;

use crate::model::{Backoff, QueueSettings, Rate};

/// A field is absent where nothing is said.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Rules {
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    max_depth: Option<u64>,
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    concurrency: Option<u64>,
    #[serde(rename = "k", skip_serializing_if = "Option::is_none")]
    concurrency_per_key: Option<u64>,
    /// Tasks, and milliseconds.
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    rate: Option<(u64, u64)>,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    lease_ms: Option<u64>,
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    max_attempts: Option<u32>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    backoff: Option<Backoff>,
    #[serde(rename = "t", skip_serializing_if = "Option::is_none")]
    retention_ms: Option<u64>,
    /// 1 while the queue is paused; the functions alone set it, and the next one.
    #[serde(rename = "x", skip_serializing_if = "Option::is_none")]
    pub(super) paused: Option<u8>,
    /// 1 while it drains.
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    pub(super) draining: Option<u8>,
}

impl Rules {
    /// Whether tasks may wait for a slot of their key.
    pub(super) const fn has_slots_by_key(&self) -> bool {
        self.concurrency_per_key.is_some()
    }
}

/// What is said of a queue, as it is stored.
pub(crate) fn rules_text(settings: &QueueSettings, paused: bool, draining: bool) -> Result<String, Error> {
    let flag = |set: bool| set.then_some(1);
    let rules = Rules { paused: flag(paused), draining: flag(draining), ..settings.clone().into() };
    serde_json::to_string(&rules).map_err(|error| Error::Internal {
        detail: format!("the rules of a queue cannot be written: {error}"),
    })
}

impl From<QueueSettings> for Rules {
    fn from(settings: QueueSettings) -> Self {
        Self {
            max_depth: settings.max_depth,
            concurrency: settings.concurrency,
            concurrency_per_key: settings.concurrency_per_key,
            rate: settings.rate.map(|rate| (rate.limit, rate.per_ms)),
            lease_ms: settings.lease_ms,
            max_attempts: settings.max_attempts,
            backoff: settings.backoff,
            retention_ms: settings.retention_ms,
            paused: None,
            draining: None,
        }
    }
}

impl From<Rules> for QueueSettings {
    fn from(rules: Rules) -> Self {
        Self {
            max_depth: rules.max_depth,
            concurrency: rules.concurrency,
            concurrency_per_key: rules.concurrency_per_key,
            rate: rules.rate.map(|(limit, per_ms)| Rate { limit, per_ms }),
            lease_ms: rules.lease_ms,
            max_attempts: rules.max_attempts,
            backoff: rules.backoff,
            retention_ms: rules.retention_ms,
        }
    }
}
