use waggle_task_queue::model::{AgentCounts, Stamp, TaskCounts};

use super::table::WIDTH;
use super::text;
use crate::perf::report::*;

const EXAMPLE: &str = include_str!("example.txt");
const NOTHING: &str = include_str!("nothing.txt");
const AT: Stamp = Stamp(1_796_000_000_000);

/// What a server that has just started says.
fn nothing() -> Report {
    let target = Target {
        name: String::from("task_assignment_p95_ms"),
        target: 100.0,
        observed: None,
        low: None,
        high: None,
        n: 0,
        verdict: Verdict::Insufficient,
    };
    Report {
        generated_at: AT,
        window_ms: 60_000,
        scope: Scope::Node,
        nodes: 1,
        uptime_ms: 850,
        summary: Summary::default(),
        latency: [(String::from("submit"), Latency::default())].into(),
        phases: [].into(),
        pool: PoolFigures { min: 5, max: 20, ..PoolFigures::default() },
        pipeline: PipelineFigures::default(),
        compression: CompressionFigures { threshold_bytes: 1_024, ..CompressionFigures::default() },
        redis: None,
        queues: Vec::new(),
        queues_total: 0,
        agents: AgentCounts::default(),
        tasks: TaskCounts::default(),
        targets: vec![target],
        confidence: Confidence {
            score: 0.0,
            target: 93.0,
            verdict: Verdict::Insufficient,
            parts: ConfidenceParts::default(),
        },
        trends: Vec::new(),
        alerts: Vec::new(),
        recommendations: Vec::new(),
        top_operations: Vec::new(),
        errors: Errors::default(),
        missing: Vec::new(),
    }
}

/// Each part of the report has something to say.
fn everything() -> Report {
    let took = |count, p50: f64| Latency {
        count,
        p50_ms: Some(p50),
        p95_ms: Some(p50 * 3.0),
        p99_ms: Some(p50 * 10.0),
        p999_ms: Some(p50 * 40.0),
        max_ms: Some(p50 * 100.0),
        mean_ms: Some(p50 * 1.3),
    };
    let mut report = nothing();
    report.scope = Scope::Fleet;
    report.nodes = 3;
    report.uptime_ms = 93_784_000;
    report.summary = Summary {
        operations: 120_000,
        throughput_per_s: 2_000.0,
        success_rate: Some(0.999),
        error_rate: Some(0.001),
    };
    report.latency = [("submit", took(40_000, 1.234)), ("task_assignment", took(500, 2.1))]
        .map(|(name, took)| (name.to_owned(), took))
        .into();
    report.phases = [(String::from("queued"), took(40_000, 850.0))].into();
    report.pool.in_use = 19;
    report.pool.utilization = 0.95;
    report.pool.reuse_ratio = Some(0.987);
    report.pipeline = PipelineFigures {
        flushes: 9_000,
        operations: 120_000,
        batch_mean: Some(13.33),
        batch_p95: Some(48),
        batch_max: Some(100),
        wait_p95_ms: Some(0.412),
    };
    report.compression = CompressionFigures {
        values: 900,
        compressed: 880,
        bytes_in: 12_000_000,
        bytes_out: 4_500_000,
        saved_ratio: Some(0.625),
        threshold_bytes: 1_024,
        kept_raw: 20,
    };
    report.redis = Some(RedisFigures {
        version: String::from("7.0.15"),
        mode: String::from("private"),
        used_memory_bytes: 123_456_789,
        maxmemory_bytes: 0,
        memory_ratio: None,
        fragmentation_ratio: 1.07,
        clients: 14,
        commands_per_s: 5_412.7,
        aof_ok: true,
        aof_delayed_fsync: 2,
    });
    let tasks = TaskCounts { ready: 1_234, running: 56, failed: 7, ..TaskCounts::default() };
    report.tasks = tasks;
    report.agents = AgentCounts { live: 850, draining: 2, lost: 1 };
    report.queues = vec![QueueFigures {
        swarm: String::from("default"),
        queue: String::from("reviews"),
        tasks,
        oldest_ready_ms: Some(95_000),
        waiting: 12,
    }];
    report.queues_total = 40;
    report.targets.push(Target {
        name: String::from("error_rate"),
        target: 0.02,
        observed: Some(0.001),
        low: Some(0.000_8),
        high: Some(0.001_2),
        n: 120_000,
        verdict: Verdict::Pass,
    });
    report.confidence.score = 72.5;
    report.confidence.verdict = Verdict::Fail;
    report.trends = vec![Trend {
        metric: String::from("redis.used_memory_bytes"),
        direction: Direction::Degrading,
        change: Some(0.42),
        p_value: 0.000_01,
        samples: 720,
        over_ms: 3_600_000,
    }];
    report.alerts = vec![Alert {
        name: String::from("pool_saturated"),
        severity: Severity::Warning,
        state: AlertState::Firing,
        since: AT,
        value: 95.0,
        threshold: 90.0,
        message: String::from("19 of 20 connections are in use"),
    }];
    report.recommendations = vec![Recommendation {
        category: String::from("pool"),
        priority: Priority::High,
        message: String::from(
            "Raise `redis.pool.max`: 19 of 20 connections are in use, 3 callers wait for one, and 0 were not served \
             in time since the start",
        ),
        current: 0.95,
        target: 0.7,
    }];
    report.top_operations = vec![TopOperation {
        operation: String::from("POST /v1/swarms/{swarm}/claims"),
        count: 60_000,
        failed: 4,
        total_ms: 91_234.5,
        mean_ms: 1.52,
    }];
    report.errors = Errors {
        by_code: [(String::from("lease_lost"), 12)].into(),
        recent: vec![RecentError {
            at: AT,
            code: String::from("outcome_unknown"),
            operation: String::from("POST /v1/swarms/{swarm}/claims"),
            request_id: String::from("0193a0de-0000-7000-8000-000000000000"),
        }],
    };
    report.missing =
        vec![Missing { part: String::from("fleet"), reason: String::from("Redis cannot be reached") }];
    report
}

fn nasty() -> Report {
    let nasty = |length| format!("\x1b[2J\u{202e}{}\r\n", "x".repeat(length));
    let mut report = everything();
    report.latency.insert(nasty(200), Latency::default());
    report.errors.by_code.insert(nasty(200), 1);
    report.errors.recent[0].operation = nasty(300);
    report.queues[0].queue = nasty(128);
    report.queues[0].swarm = nasty(128);
    report.targets[0].name = nasty(150);
    report.trends[0].metric = nasty(150);
    report.alerts[0].message = nasty(500);
    report.alerts[0].name = nasty(50);
    report.recommendations[0].message = format!("{} word", nasty(500));
    report.top_operations[0].operation = nasty(256);
    report.missing[0].reason = nasty(256);
    if let Some(redis) = &mut report.redis {
        redis.version = nasty(90);
    }
    report
}

#[test]
fn a_report_reads_like_this() {
    let told = text(&everything());
    assert!(told == EXAMPLE, "example.txt should be\n{told}");
}

#[test]
fn what_was_not_measured_is_a_dash_and_what_there_is_not_has_no_section() {
    let told = text(&nothing());
    assert!(told == NOTHING, "nothing.txt should be\n{told}");
}

#[test]
fn no_line_is_longer_than_the_page() {
    for report in [nothing(), everything(), nasty()] {
        for line in text(&report).lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn names_of_users_cannot_write_on_the_terminal() {
    let text = text(&nasty());
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None);
    assert!(!text.contains('\u{202e}'));
}
