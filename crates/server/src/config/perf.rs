use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};

use crate::perf::webhook::Target;

/// `[perf]`: what operators are told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerfConfig {
    /// How often Redis, queues and agents are looked at, a sample is added to the history, and alerts are judged, in
    /// milliseconds. Default 5,000.
    pub refresh_ms: u64,
    /// How long samples are kept, in milliseconds. Default 3,600,000.
    pub retention_ms: u64,
    /// Name of this server among its fleet, under which its history is kept. Default empty: the machine's name and the
    /// port.
    pub node: String,
    /// What is good enough.
    pub targets: TargetsConfig,
    /// What operators are woken for.
    pub alerts: AlertsConfig,
    /// Where alerts are sent.
    pub webhook: WebhookConfig,
}

/// `[perf.targets]`: what is good enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetsConfig {
    /// Milliseconds from a ready task to an agent that waits, at most, at p95. Default 100.
    pub task_assignment_p95_ms: u64,
    /// Milliseconds until the pool lends a connection, at most, at p95. Default 50.
    pub pool_acquire_p95_ms: u64,
    /// Operations a second of requests that carry batches, at least. Default 500.
    pub batch_throughput_per_s: u64,
    /// Percent of the bytes of values above the threshold that compression saves, at least. Default 40.
    pub compression_saved_percent: u64,
    /// Percent of requests that fail by a fault of the service, at most. Default 2.
    pub error_percent: u64,
    /// Agents at the same time, at least. Default 1,000.
    pub concurrent_agents: u64,
    /// Confidence, 1 to 100, at least. Default 93.
    pub confidence: u64,
}

/// `[perf.alerts]`: what operators are woken for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertsConfig {
    /// `latency_high`: milliseconds of task assignment at p95. Default 100.
    pub latency_p95_ms: u64,
    /// `error_rate_high`: percent of requests that fail by a fault of the service. Default 2.
    pub error_percent: u64,
    /// `memory_high`: percent of Redis' `maxmemory` in use. Default 80.
    pub memory_percent: u64,
    /// `pool_saturated`: percent of the pool's connections in use. Default 90.
    pub pool_percent: u64,
    /// `pool_saturated`: milliseconds that a caller waits for a connection. Default 1,000.
    pub pool_wait_ms: u64,
    /// `queue_stalled`: milliseconds that a task has been ready while agents wait for its queue. Default 30,000.
    pub queue_stalled_ms: u64,
}

/// `[perf.webhook]`: where alerts are sent.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Address that gets a signed POST when an alert fires or is resolved. Default empty: none.
    pub url: String,
    /// Secret of the signature, `whsec_` and base64 of 24 to 64 bytes. Needed with `url`.
    pub secret: String,
    /// Networks that the address may lead into although they are not public, such as `10.1.0.0/16`. Default none.
    pub allow: Vec<IpNet>,
    /// Longest time of an attempt, in milliseconds. Default 5,000.
    pub timeout_ms: u64,
    /// Attempts for each alert. Default 6.
    pub attempts: u32,
}

impl WebhookConfig {
    /// Networks that may be named at most.
    pub const MAX_NETWORKS: usize = 64;

    /// [`timeout_ms`](Self::timeout_ms) as a duration.
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl PerfConfig {
    /// Shortest time between two looks.
    pub const MIN_REFRESH_MS: u64 = 100;
    /// Longest time between two looks.
    pub const MAX_REFRESH_MS: u64 = 60_000;
    /// Longest time samples are kept: a day.
    pub const MAX_RETENTION_MS: u64 = 86_400_000;
    /// Samples kept at most, which bounds memory.
    pub const MAX_SAMPLES: u64 = 8_640;
    /// Bytes a node's name may have.
    pub const MAX_NODE_BYTES: usize = 128;

    /// [`refresh_ms`](Self::refresh_ms) as a duration.
    pub const fn refresh(&self) -> Duration {
        Duration::from_millis(self.refresh_ms)
    }

    /// Samples that are kept.
    pub fn samples(&self) -> u64 {
        self.retention_ms.div_ceil(self.refresh_ms.max(1)).min(Self::MAX_SAMPLES)
    }
}

impl Default for PerfConfig {
    fn default() -> Self {
        Self {
            refresh_ms: 5_000,
            retention_ms: 3_600_000,
            node: String::new(),
            targets: TargetsConfig::default(),
            alerts: AlertsConfig::default(),
            webhook: WebhookConfig::default(),
        }
    }
}

impl Default for TargetsConfig {
    fn default() -> Self {
        Self {
            task_assignment_p95_ms: 100,
            pool_acquire_p95_ms: 50,
            batch_throughput_per_s: 500,
            compression_saved_percent: 40,
            error_percent: 2,
            concurrent_agents: 1_000,
            confidence: 93,
        }
    }
}

impl Default for AlertsConfig {
    fn default() -> Self {
        Self {
            latency_p95_ms: 100,
            error_percent: 2,
            memory_percent: 80,
            pool_percent: 90,
            pool_wait_ms: 1_000,
            queue_stalled_ms: 30_000,
        }
    }
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self { url: String::new(), secret: String::new(), allow: Vec::new(), timeout_ms: 5_000, attempts: 6 }
    }
}

impl std::fmt::Debug for WebhookConfig {
    /// Without the secret, and without the address, which may hold one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookConfig").field("set", &!self.url.is_empty()).finish_non_exhaustive()
    }
}

impl Validate for PerfConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("refresh_ms", self.refresh_ms, Self::MIN_REFRESH_MS..=Self::MAX_REFRESH_MS)?;
        within("retention_ms", self.retention_ms, self.refresh_ms..=Self::MAX_RETENTION_MS)?;
        if self.node.len() > Self::MAX_NODE_BYTES || self.node.chars().any(char::is_control) {
            return Err(Invalid::new("node", "must have 128 bytes at most, and no control characters"));
        }
        self.targets.validate().map_err(|e| e.under("targets"))?;
        self.alerts.validate().map_err(|e| e.under("alerts"))?;
        self.webhook.validate().map_err(|e| e.under("webhook"))
    }
}

impl Validate for TargetsConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("task_assignment_p95_ms", self.task_assignment_p95_ms, 1..=60_000)?;
        within("pool_acquire_p95_ms", self.pool_acquire_p95_ms, 1..=60_000)?;
        within("batch_throughput_per_s", self.batch_throughput_per_s, 1..=10_000_000)?;
        within("compression_saved_percent", self.compression_saved_percent, 1..=99)?;
        within("error_percent", self.error_percent, 1..=100)?;
        within("concurrent_agents", self.concurrent_agents, 1..=1_000_000)?;
        within("confidence", self.confidence, 1..=100)
    }
}

impl Validate for AlertsConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("latency_p95_ms", self.latency_p95_ms, 1..=60_000)?;
        within("error_percent", self.error_percent, 1..=100)?;
        within("memory_percent", self.memory_percent, 1..=100)?;
        within("pool_percent", self.pool_percent, 1..=100)?;
        within("pool_wait_ms", self.pool_wait_ms, 1..=60_000)?;
        within("queue_stalled_ms", self.queue_stalled_ms, 1_000..=86_400_000)
    }
}

impl Validate for WebhookConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("timeout_ms", self.timeout_ms, 100..=60_000)?;
        within("attempts", self.attempts, 1..=20)?;
        if !self.url.is_empty() && self.secret.is_empty() {
            return Err(Invalid::new("secret", "is needed where `url` is set"));
        }
        if self.allow.len() > Self::MAX_NETWORKS {
            return Err(Invalid::new("allow", format!("must name {} networks at most", Self::MAX_NETWORKS)));
        }
        Target::new(self).map(drop)
    }
}
