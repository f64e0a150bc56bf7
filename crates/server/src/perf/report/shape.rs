//! The report as it is answered. What was not measured is null, never 0. Times are milliseconds, with three decimals
//! where they were measured in microseconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waggle_task_queue::model::{AgentCounts, Stamp, TaskCounts};

use super::judgement::{Alert, Confidence, Recommendation, Target, Trend};

/// How the service is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// When it was made, by the clock of this server.
    #[schema(value_type = String)]
    pub generated_at: Stamp,
    /// The time it looks back.
    pub window_ms: u64,
    /// `node`: this server; `fleet`: all servers on the same Redis, except for what is said to be of this server alone.
    pub scope: Scope,
    /// Servers it speaks of.
    pub nodes: u64,
    /// How long this server has run, whatever the scope.
    pub uptime_ms: u64,
    /// Requests and how they ended.
    pub summary: Summary,
    /// How long operations took, by name. Only operations that did something count: an empty claim is `claim_empty`.
    pub latency: BTreeMap<String, Latency>,
    /// How long tasks were `queued` (ready to held), `running` (held to ended), and both in `total` (submitted to finished).
    pub phases: BTreeMap<String, Latency>,
    /// Connections for one user at a time.
    pub pool: PoolFigures,
    /// Calls that travelled together.
    pub pipeline: PipelineFigures,
    /// Values at or above the threshold.
    pub compression: CompressionFigures,
    /// Redis, as it was seen at the last refresh; null where it could not be asked.
    pub redis: Option<RedisFigures>,
    /// The queues with the most unfinished tasks, at the last refresh. They are of all servers, and `waiting` of each is of
    /// this server alone, whatever the scope.
    pub queues: Vec<QueueFigures>,
    /// Queues there are in all.
    pub queues_total: u64,
    /// Agents of all swarms.
    pub agents: AgentCounts,
    /// Tasks of all swarms.
    pub tasks: TaskCounts,
    /// What is good enough, and whether it is.
    pub targets: Vec<Target>,
    /// How sure one may be that the targets hold.
    pub confidence: Confidence,
    /// What has been changing over the history that is kept: that of this server, whatever the scope.
    pub trends: Vec<Trend>,
    /// Alerts that are pending or firing: as this server judges, whatever the scope.
    pub alerts: Vec<Alert>,
    /// What to change, the most urgent first.
    pub recommendations: Vec<Recommendation>,
    /// The operations that took the most time in all.
    pub top_operations: Vec<TopOperation>,
    /// Errors of the service and of its callers.
    pub errors: Errors,
    /// What this report cannot say, and why.
    pub missing: Vec<Missing>,
}

/// Whom a report speaks of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportScope)]
pub enum Scope {
    /// This server.
    #[default]
    Node,
    /// All servers on the same Redis.
    Fleet,
}

/// Requests and how they ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// Requests answered; those about health, metrics and performance are left out.
    pub operations: u64,
    /// The same, a second.
    pub throughput_per_s: f64,
    /// Share that did not fail by a fault of the service; null where there was none.
    pub success_rate: Option<f64>,
    /// Share that failed by a fault of the service: 5xx. A client's own 4xx is no error of the service.
    pub error_rate: Option<f64>,
}

/// How long something took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Latency {
    /// How often it was done.
    pub count: u64,
    /// Half took no longer.
    pub p50_ms: Option<f64>,
    /// 95 of 100 took no longer.
    pub p95_ms: Option<f64>,
    /// 99 of 100 took no longer.
    pub p99_ms: Option<f64>,
    /// 999 of 1,000 took no longer.
    pub p999_ms: Option<f64>,
    /// The longest.
    pub max_ms: Option<f64>,
    /// The mean.
    pub mean_ms: Option<f64>,
}

/// Connections for one user at a time. Counts are since the start of the server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PoolFigures {
    /// Connections kept when nobody asks.
    pub min: u64,
    /// Connections at most.
    pub max: u64,
    /// Connections open now.
    pub size: u64,
    /// Of them, lent out.
    pub in_use: u64,
    /// Of them, not lent out.
    pub idle: u64,
    /// Callers that wait for one.
    pub waiting: u64,
    /// Connections made.
    pub created: u64,
    /// Times a connection was lent again.
    pub reused: u64,
    /// Connections closed.
    pub closed: u64,
    /// Callers that were not served in time.
    pub timeouts: u64,
    /// Share of `max` that is in use.
    pub utilization: f64,
    /// Share of loans that did not need a new connection; null where nothing was lent.
    pub reuse_ratio: Option<f64>,
}

/// Calls that travelled together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PipelineFigures {
    /// Round trips to Redis.
    pub flushes: u64,
    /// Operations they carried.
    pub operations: u64,
    /// Operations of a flush, in the mean.
    pub batch_mean: Option<f64>,
    /// 95 of 100 flushes carried no more.
    pub batch_p95: Option<u64>,
    /// The largest.
    pub batch_max: Option<u64>,
    /// 95 of 100 flushes made their first operation wait no longer.
    pub wait_p95_ms: Option<f64>,
}

/// Values at or above the threshold of compression.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CompressionFigures {
    /// How many there were.
    pub values: u64,
    /// Of them, stored compressed.
    pub compressed: u64,
    /// Bytes of them before.
    pub bytes_in: u64,
    /// Bytes of them as stored.
    pub bytes_out: u64,
    /// Share of the bytes that was saved.
    pub saved_ratio: Option<f64>,
    /// From which size on values are compressed.
    pub threshold_bytes: u64,
    /// Of them, stored as they came because compression did not save a tenth.
    pub kept_raw: u64,
}

/// Redis, all primaries of a cluster together.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RedisFigures {
    /// Its version.
    pub version: String,
    /// `private`, `single` or `cluster`.
    pub mode: String,
    /// Memory in use.
    pub used_memory_bytes: u64,
    /// Memory it may use; 0: as much as there is.
    pub maxmemory_bytes: u64,
    /// The largest share of its memory that one primary uses; null where none has a bound. A full one refuses tasks,
    /// however much room the others have.
    #[serde(default)]
    pub memory_ratio: Option<f64>,
    /// Memory the operating system has given it, for each byte in use.
    pub fragmentation_ratio: f64,
    /// Connections to it.
    pub clients: u64,
    /// Commands a second.
    pub commands_per_s: f64,
    /// Whether it can write its append-only file.
    pub aof_ok: bool,
    /// Times a write waited for the disk, since Redis started.
    pub aof_delayed_fsync: u64,
}

/// A queue as it was at the last refresh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueueFigures {
    /// Its swarm.
    pub swarm: String,
    /// Its name.
    pub queue: String,
    /// Its tasks.
    pub tasks: TaskCounts,
    /// How long the oldest ready task has been ready.
    pub oldest_ready_ms: Option<u64>,
    /// Claims that wait for it in this server.
    pub waiting: u64,
}

/// An operation by the time it took in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TopOperation {
    /// Method and route.
    pub operation: String,
    /// How often it was done.
    pub count: u64,
    /// Of them, failed by a fault of the service.
    pub failed: u64,
    /// Time of all of them, without what they waited on purpose.
    pub total_ms: f64,
    /// Time of one, in the mean.
    pub mean_ms: f64,
}

/// Errors that were answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Errors {
    /// How often, by the code of the problem; those of callers too.
    pub by_code: BTreeMap<String, u64>,
    /// The last faults of this server, the newest first, whatever the scope.
    pub recent: Vec<RecentError>,
}

/// A fault of the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecentError {
    /// When it was answered.
    #[schema(value_type = String)]
    pub at: Stamp,
    /// Its code.
    pub code: String,
    /// Method and route.
    pub operation: String,
    /// The request's id, to be found in the log.
    pub request_id: String,
}

/// What a report cannot say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Missing {
    /// The part of the report.
    pub part: String,
    /// Why it is missing.
    pub reason: String,
}
