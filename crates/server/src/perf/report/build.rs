use std::collections::BTreeMap;
use std::time::Duration;

use waggle_core::perf::{Series, Window};

use super::figures::{float, top_operations};
use super::latency::quantiles;
use super::shape::{CompressionFigures, Errors, Latency, Missing, PipelineFigures, Report, Scope, Summary};
use crate::perf::fleet::{Collected, collect, own};
use crate::perf::history::Sample;
use crate::perf::judge::{Judged, Measured, confidence, recommendations, targets};
use crate::perf::{Monitor, Sight, now};

/// The time that the confidence of a sample speaks of: that of a report by default.
const JUDGED: Duration = Duration::from_secs(60);
/// Queues that a report lists.
pub(crate) const QUEUES: usize = 100;

const OPERATIONS: [Series; 11] = [
    Series::TaskAssignment,
    Series::Submit,
    Series::Claim,
    Series::ClaimEmpty,
    Series::Complete,
    Series::Heartbeat,
    Series::MessageDelivery,
    Series::StateWrite,
    Series::RedisCall,
    Series::PoolAcquire,
    Series::Http,
];
const PHASES: [Series; 3] = [Series::Queued, Series::Running, Series::Total];

/// The report on the last `window`, of this server or of all.
pub(crate) async fn build(monitor: &Monitor, window: Duration, scope: Scope) -> Report {
    let collected = match scope {
        Scope::Node => own(monitor, window),
        Scope::Fleet => collect(monitor, window).await,
    };
    let report = put_together(monitor, window, scope, collected);
    let recommendations = recommendations(&report, monitor.config(), monitor.redis_config());
    Report { recommendations, ..report }
}

fn put_together(monitor: &Monitor, window: Duration, scope: Scope, collected: Collected) -> Report {
    let sight = monitor.sight();
    let Collected { window: recorded, pool, nodes, mut missing } = collected;
    missing.extend(unseen(&sight));
    let threshold = monitor.queue().compression_threshold();
    let judged = judged(monitor, &recorded, &sight);
    Report {
        generated_at: now(),
        window_ms: millis(window),
        scope,
        nodes,
        uptime_ms: millis(monitor.recorder().age()),
        summary: Summary::of(&recorded),
        latency: latencies(&recorded, &OPERATIONS),
        phases: latencies(&recorded, &PHASES),
        pool,
        pipeline: PipelineFigures::of(&recorded),
        compression: CompressionFigures::of(&recorded, threshold),
        redis: sight.redis.clone().ok(),
        queues: sight.queues(),
        queues_total: sight.survey.queues_total,
        agents: sight.survey.agents,
        tasks: sight.survey.tasks,
        top_operations: top_operations(&recorded),
        errors: errors(monitor, &recorded),
        missing,
        confidence: confidence(&judged, float(monitor.config().targets.confidence)),
        targets: judged.into_iter().map(|judged| judged.target).collect(),
        trends: sight.trends.clone(),
        alerts: monitor.alerts().active(),
        recommendations: Vec::new(),
    }
}

fn latencies(window: &Window, series: &[Series]) -> BTreeMap<String, Latency> {
    series.iter().map(|series| (series.name().to_owned(), Latency::of(window, *series))).collect()
}

fn errors(monitor: &Monitor, window: &Window) -> Errors {
    let by_code = window.errors().iter().map(|(code, times)| (code.to_string(), *times));
    Errors { by_code: by_code.collect(), recent: monitor.recent_errors() }
}

fn judged(monitor: &Monitor, window: &Window, sight: &Sight) -> Vec<Judged> {
    let agents = sight.survey_failed.is_none().then_some(sight.survey.agents.live);
    targets(&Measured::of(window, agents), &monitor.config().targets)
}

/// What the last refresh could not see.
fn unseen(sight: &Sight) -> Vec<Missing> {
    let redis = sight.redis.as_ref().err().map(|reason| ("redis", reason));
    let survey = sight.survey_failed.as_ref().map(|reason| ("queues, agents and tasks of now", reason));
    let named = redis.into_iter().chain(survey);
    named.map(|(part, reason)| Missing { part: part.to_owned(), reason: reason.clone() }).collect()
}

/// What a refresh keeps for the history: of what was `recorded` since the one before.
pub(crate) fn sample(monitor: &Monitor, recorded: &Window) -> Sample {
    let sight = monitor.sight();
    let summary = Summary::of(recorded);
    let threshold = monitor.queue().compression_threshold();
    let judged = judged(monitor, &monitor.window(JUDGED), &sight);
    Sample {
        at: now(),
        span_ms: millis(recorded.span()),
        throughput_per_s: summary.throughput_per_s,
        error_rate: summary.error_rate,
        assignment: quantiles(recorded, Series::TaskAssignment),
        pool_utilization: monitor.pool().utilization,
        batch_mean: PipelineFigures::of(recorded).batch_mean,
        saved_ratio: CompressionFigures::of(recorded, threshold).saved_ratio,
        tasks: sight.survey.tasks,
        oldest_ready_ms: sight.survey.oldest_ready_ms,
        agents: sight.survey.agents,
        waiting_claims: monitor.queue().waiting_claims() as u64,
        redis_memory_bytes: sight.redis.as_ref().ok().map(|redis| redis.used_memory_bytes),
        confidence: confidence(&judged, float(monitor.config().targets.confidence)).score,
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
