use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waggle_task_queue::model::{AgentCounts, Stamp, TaskCounts};

/// What a refresh found, of the time since the one before; of several of them where there are more than were asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Sample {
    /// When it was taken, by the clock of this server.
    #[schema(value_type = String)]
    pub at: Stamp,
    /// The time it speaks of.
    pub span_ms: u64,
    /// Requests a second.
    pub throughput_per_s: f64,
    /// Share of requests that failed by a fault of the service; null where there was none.
    pub error_rate: Option<f64>,
    /// From a ready task to an agent that was waiting already; null where no task was assigned so.
    pub assignment: Option<Quantiles>,
    /// Share of the pool's `max` that is in use.
    pub pool_utilization: f64,
    /// Operations of a flush, in the mean.
    pub batch_mean: Option<f64>,
    /// Share of the bytes that compression saved.
    pub saved_ratio: Option<f64>,
    /// Tasks of all swarms.
    pub tasks: TaskCounts,
    /// How long the oldest ready task of all has been ready.
    pub oldest_ready_ms: Option<u64>,
    /// Agents of all swarms.
    pub agents: AgentCounts,
    /// Claims that wait in this server.
    pub waiting_claims: u64,
    /// Memory that Redis uses; null where it could not be asked.
    pub redis_memory_bytes: Option<u64>,
    /// Confidence, 0 to 100.
    pub confidence: f64,
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quantiles {
    /// Half took no longer.
    pub p50_ms: f64,
    /// 95 of 100 took no longer.
    pub p95_ms: f64,
    /// 99 of 100 took no longer.
    pub p99_ms: f64,
}
