//! A report of a healthy service, to be made worse.

use std::collections::BTreeMap;

use waggle_core::config::{Durability, RedisConfig};
use waggle_core::perf::Histogram;
use waggle_task_queue::model::{AgentCounts, Stamp, TaskCounts};

use super::facts::{Facts, Rule};
use super::recommendations;
use crate::config::PerfConfig;
use crate::perf::judge::{Judged, Measured, confidence, targets};
use crate::perf::report::{
    CompressionFigures, Errors, Latency, PipelineFigures, PoolFigures, QueueFigures, Recommendation,
    RedisFigures, Report, Scope, Summary,
};

pub(super) struct Case {
    pub(super) report: Report,
    pub(super) perf: PerfConfig,
    pub(super) redis: RedisConfig,
}

impl Case {
    /// Nothing was measured.
    pub(super) fn unknown() -> Self {
        let perf = PerfConfig::default();
        let judged = targets(&Measured::default(), &perf.targets);
        Self { report: report(&judged), perf, redis: RedisConfig::default() }
    }

    /// Everything was, and is well.
    pub(super) fn healthy() -> Self {
        let mut case = Self::unknown();
        case.judge(&Measured { operations: 10_000, agents: Some(1_000), ..saving(20_000) }, 5);
        let report = &mut case.report;
        report.latency =
            ["redis_call", "http", "claim", "claim_empty"].map(|name| took(name, 2_000, 3.0)).into();
        report.pool = PoolFigures {
            min: 5,
            max: 20,
            in_use: 10,
            utilization: 0.5,
            reused: 500,
            ..PoolFigures::default()
        };
        report.pipeline = PipelineFigures {
            flushes: 5_000,
            batch_p95: Some(20),
            wait_p95_ms: Some(0.4),
            ..PipelineFigures::default()
        };
        report.compression = CompressionFigures {
            values: 500,
            compressed: 490,
            kept_raw: 10,
            threshold_bytes: 1_024,
            ..CompressionFigures::default()
        };
        report.redis = Some(RedisFigures {
            used_memory_bytes: 500,
            maxmemory_bytes: 1_000,
            aof_ok: true,
            ..RedisFigures::default()
        });
        report.agents = AgentCounts { live: 1_000, draining: 3, lost: 1 };
        report.queues = vec![queue("fast", 5, 40, 12), queue("idle", 0, 0, 0)];
        report.errors.by_code = BTreeMap::from([(String::from("validation"), 400)]);
        case
    }

    /// With what was measured, assignments and loans that took `ms`, as the targets judge it.
    pub(super) fn judge(&mut self, measured: &Measured<'_>, ms: u64) {
        let mut latencies =
            Histogram::new_with_bounds(1, waggle_core::perf::Series::Http.largest(), 2).unwrap();
        latencies.record_n(ms * 1_000, 1_000).unwrap();
        let both =
            Measured { task_assignment: Some(&latencies), pool_acquire: Some(&latencies), ..*measured };
        let judged = targets(&both, &self.perf.targets);
        self.report.targets = judged.into_iter().map(|judged| judged.target).collect();
    }

    /// With a Redis that writes to the disk before it answers.
    pub(super) fn strict(mut self) -> Self {
        self.redis.durability = Durability::Strict;
        self
    }

    /// With a Redis that the service has not started.
    pub(super) fn of_somebody_else(mut self) -> Self {
        self.redis.url = String::from("redis://10.0.0.5:6379");
        self
    }

    /// With a Redis that holds 4 GiB and may grow for ever.
    pub(super) fn without_maxmemory(mut self) -> Self {
        let redis = self.report.redis.get_or_insert_default();
        (redis.used_memory_bytes, redis.maxmemory_bytes) = (4 << 30, 0);
        self
    }

    pub(super) fn told_by(&self, rule: Rule) -> Option<Recommendation> {
        rule(&Facts { report: &self.report, perf: &self.perf, redis: &self.redis })
    }

    pub(super) fn all(&self) -> Vec<Recommendation> {
        recommendations(&self.report, &self.perf, &self.redis)
    }
}

/// Everything is bad.
pub(super) fn bad() -> Case {
    let mut case = Case::healthy();
    let little = Measured { operations: 10_000, failed: 900, agents: Some(10), ..saving(90_000) };
    case.judge(&little, 400);
    let report = &mut case.report;
    report.latency.extend([
        took("redis_call", 2_000, 80.0),
        took("http", 2_000, 90.0),
        took("claim_empty", 90_000, 1.0),
    ]);
    report.pool = PoolFigures {
        max: 20,
        in_use: 20,
        waiting: 4,
        timeouts: 30,
        utilization: 1.0,
        ..PoolFigures::default()
    };
    report.pipeline.batch_p95 = Some(100);
    report.pipeline.wait_p95_ms = Some(4.9);
    report.compression.kept_raw = 400;
    report.redis = Some(RedisFigures {
        used_memory_bytes: 990,
        maxmemory_bytes: 1_000,
        aof_ok: false,
        aof_delayed_fsync: 7,
        ..RedisFigures::default()
    });
    report.agents = AgentCounts { live: 10, draining: 0, lost: 40 };
    report.queues = vec![queue("slow", 9_000, 90_000, 0), queue("stuck", 3, 60_000, 8)];
    report.errors.by_code.extend([(String::from("backend_busy"), 3), (String::from("outcome_unknown"), 897)]);
    case
}

/// A queue with tasks that are ready, the oldest for `oldest_ms`, and claims that wait.
pub(super) fn queue(name: &str, ready: u64, oldest_ms: u64, waiting: u64) -> QueueFigures {
    QueueFigures {
        swarm: String::from("default"),
        queue: name.to_owned(),
        tasks: TaskCounts { ready, ..TaskCounts::default() },
        oldest_ready_ms: (ready > 0).then_some(oldest_ms),
        waiting,
    }
}

/// So many of an operation, at p95 in `p95_ms`.
pub(super) fn took(name: &str, count: u64, p95_ms: f64) -> (String, Latency) {
    (name.to_owned(), Latency { count, p95_ms: Some(p95_ms), ..Latency::default() })
}

/// 500 values of 100,000 bytes that were stored as `bytes_out`.
pub(super) fn saving(bytes_out: u64) -> Measured<'static> {
    Measured { values: 500, bytes_in: 100_000, bytes_out, ..Measured::default() }
}

fn report(judged: &[Judged]) -> Report {
    Report {
        generated_at: Stamp(1_700_000_000_000),
        window_ms: 60_000,
        scope: Scope::Node,
        nodes: 1,
        uptime_ms: 60_000,
        summary: Summary::default(),
        latency: BTreeMap::new(),
        phases: BTreeMap::new(),
        pool: PoolFigures::default(),
        pipeline: PipelineFigures::default(),
        compression: CompressionFigures::default(),
        redis: None,
        queues: Vec::new(),
        queues_total: 0,
        agents: AgentCounts::default(),
        tasks: TaskCounts::default(),
        targets: judged.iter().map(|judged| judged.target.clone()).collect(),
        confidence: confidence(judged, 93.0),
        trends: Vec::new(),
        alerts: Vec::new(),
        recommendations: Vec::new(),
        top_operations: Vec::new(),
        errors: Errors::default(),
        missing: Vec::new(),
    }
}
