//! What a refresh found, as gauges for Prometheus. What could not be looked at is `NaN`, never a figure of before.

use std::time::Duration;

use metrics::{Unit, describe_gauge, gauge};
use waggle_task_queue::model::{AgentCounts, Status, TaskCounts};

use super::Sight;
use super::report::RedisFigures;

/// Tasks of all swarms; label `state`.
pub const TASKS_CURRENT: &str = "waggle_tasks_current";
/// Agents of all swarms; label `status`.
pub const AGENTS: &str = "waggle_agents";
/// Seconds that the oldest ready task of all has been ready.
pub const OLDEST_READY: &str = "waggle_oldest_ready_seconds";
/// Bytes of memory that Redis uses.
pub const REDIS_MEMORY: &str = "waggle_redis_memory_used_bytes";
/// Bytes of memory that Redis may use; 0 for as much as there is.
pub const REDIS_MAX_MEMORY: &str = "waggle_redis_memory_max_bytes";
/// 1 while Redis can write its append-only file.
pub const REDIS_AOF_OK: &str = "waggle_redis_aof_ok";

/// What is unknown.
const UNKNOWN: f64 = f64::NAN;

/// Tells the recorder what each gauge means and its unit; none is known yet.
pub fn describe() {
    describe_gauge!(TASKS_CURRENT, Unit::Count, "Tasks of all swarms");
    describe_gauge!(AGENTS, Unit::Count, "Agents of all swarms");
    describe_gauge!(OLDEST_READY, Unit::Seconds, "How long the oldest ready task has been ready");
    describe_gauge!(REDIS_MEMORY, Unit::Bytes, "Memory that Redis uses");
    describe_gauge!(REDIS_MAX_MEMORY, Unit::Bytes, "Memory that Redis may use, 0 for as much as there is");
    describe_gauge!(REDIS_AOF_OK, Unit::Count, "1 while Redis can write its append-only file");
    set_tasks(None);
    set_agents(None);
    set_oldest_ready(None);
    set_redis(None);
}

/// Shows what a refresh saw.
pub fn show(sight: &Sight) {
    let survey = sight.survey_failed.is_none().then_some(&sight.survey);
    set_tasks(survey.map(|survey| survey.tasks));
    set_agents(survey.map(|survey| survey.agents));
    set_oldest_ready(survey.and_then(|survey| survey.oldest_ready_ms).map(Duration::from_millis));
    set_redis(sight.redis.as_ref().ok());
}

/// Shows tasks by state; none where they could not be counted.
fn set_tasks(counts: Option<TaskCounts>) {
    let mut counts = counts;
    for status in Status::ALL {
        let count = counts.as_mut().map(|counts| *counts.of(status));
        gauge!(TASKS_CURRENT, "state" => status.as_str()).set(count.map_or(UNKNOWN, figure));
    }
}

/// Shows agents by status; none where they could not be counted.
fn set_agents(counts: Option<AgentCounts>) {
    for (status, count) in [
        ("live", counts.map(|counts| counts.live)),
        ("draining", counts.map(|counts| counts.draining)),
        ("lost", counts.map(|counts| counts.lost)),
    ] {
        gauge!(AGENTS, "status" => status).set(count.map_or(UNKNOWN, figure));
    }
}

/// Shows how long the oldest ready task has been ready; none where there is no ready task, or none could be looked for.
fn set_oldest_ready(age: Option<Duration>) {
    gauge!(OLDEST_READY).set(age.map_or(UNKNOWN, |age| age.as_secs_f64()));
}

/// Shows how Redis is; none where it could not be asked.
fn set_redis(figures: Option<&RedisFigures>) {
    let known = |of: fn(&RedisFigures) -> f64| figures.map_or(UNKNOWN, of);
    gauge!(REDIS_MEMORY).set(known(|redis| figure(redis.used_memory_bytes)));
    gauge!(REDIS_MAX_MEMORY).set(known(|redis| figure(redis.maxmemory_bytes)));
    gauge!(REDIS_AOF_OK).set(known(|redis| f64::from(u8::from(redis.aof_ok))));
}

#[expect(clippy::cast_precision_loss, reason = "no count of tasks, agents or bytes comes near 2^52")]
fn figure(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_a_figure_and_what_is_not_is_not_a_number() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            set_tasks(Some(TaskCounts { ready: 3, ..TaskCounts::default() }));
            set_agents(Some(AgentCounts { live: 1, draining: 0, lost: 2 }));
            set_oldest_ready(Some(Duration::from_millis(1_500)));
            set_redis(None);
        });
        let text = handle.render();
        for line in [
            "waggle_tasks_current{state=\"ready\"} 3",
            "waggle_tasks_current{state=\"running\"} 0",
            "waggle_agents{status=\"lost\"} 2",
            "waggle_oldest_ready_seconds 1.5",
            "waggle_redis_aof_ok NaN",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
        }
        metrics::with_local_recorder(&recorder, || set_agents(None));
        assert!(handle.render().contains("waggle_agents{status=\"live\"} NaN"));
    }
}
