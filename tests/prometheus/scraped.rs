//! A real Prometheus scrapes a real service; what it answers agrees with what was done, and with the report.

use std::ops::Range;

use serde_json::Value;
use waggle_tests::{PATIENCE, Service, Setup, World, alive, in_a_swarm_of, on_a_service, until};

use crate::dashboard::expressions;
use crate::exposition::Exposition;
use crate::server::Prometheus;
use crate::work::{assign, work};

const ASSIGNMENT: &str = "waggle_task_assignment_seconds";
/// The report rounds up within one percent, which may lift it over the bound of a bucket.
const ROUNDING: f64 = 0.02;

/// A service that looks at itself four times a second.
fn service() -> std::sync::Arc<Service> {
    Service::start(
        Setup::private().set("WAGGLE_PERF__REFRESH_MS", "250").set("WAGGLE_PERF__RETENTION_MS", "60000"),
    )
}

async fn report(w: &World) -> Value {
    w.client().get("/perf/report?window_ms=600000").send().await.ok()
}

#[test]
fn prometheus_counts_what_was_done() {
    in_a_swarm_of(&service(), async |w| {
        let prometheus = Prometheus::scraping(w.service()).await;
        prometheus.until("sum(waggle_tasks_total)", |sum| sum < 0.5).await;
        let done = work(&w).await;
        for ((name, event), count) in &done {
            let expected = f64::from(u32::try_from(*count).unwrap());
            prometheus.until(&format!("sum({name}{{event={event:?}}})"), |sum| same(sum, expected)).await;
        }
        let completed = f64::from(u32::try_from(done[&("waggle_tasks_total", "completed")]).unwrap());
        let increase = "sum(increase(waggle_tasks_total{event=\"completed\"}[1m]))";
        prometheus.until(increase, |sum| (sum - completed).abs() <= completed * 0.1).await;
        let stats = w.get("/stats").send().await.ok();
        for state in ["completed", "failed", "cancelled", "running", "ready"] {
            let expected = stats["tasks"][state].as_f64().unwrap();
            let shown = format!("max(waggle_tasks_current{{state={state:?}}})");
            prometheus.until(&shown, |count| same(count, expected)).await;
        }
        prometheus.until("max(waggle_agents{status=\"live\"})", |live| live >= 3.0).await;
        prometheus.until("max(waggle_redis_memory_used_bytes)", |bytes| bytes > 100_000.0).await;
        prometheus.until("max(waggle_redis_aof_ok)", |ok| same(ok, 1.0)).await;
    });
}

#[test]
fn prometheus_and_the_report_agree_on_counts_and_quantiles() {
    in_a_swarm_of(&service(), async |w| {
        let prometheus = Prometheus::scraping(w.service()).await;
        work(&w).await;
        assign(&w, 40).await;
        let report = report(&w).await;
        for (what, metric) in [
            (&report["latency"]["task_assignment"], ASSIGNMENT),
            (&report["phases"]["queued"], "waggle_task_queued_seconds"),
            (&report["phases"]["running"], "waggle_task_run_seconds"),
        ] {
            let count = what["count"].as_f64().unwrap();
            prometheus.until(&format!("sum({metric}_count)"), |sum| same(sum, count)).await;
            let buckets = bounds(&Exposition::of(w.client()).await, metric);
            for (quantile, name) in [(0.5, "p50_ms"), (0.95, "p95_ms"), (0.99, "p99_ms")] {
                let reported = what[name].as_f64().unwrap() / 1_000.0;
                let bucket = bucket_of(&buckets, reported);
                let expression = format!("histogram_quantile({quantile}, sum by (le) ({metric}_bucket))");
                prometheus.until(&expression, |seconds| bucket.contains(&seconds)).await;
            }
        }
        let work = "sum(waggle_http_request_duration_seconds_count{route=~\"/v1/.*\"})";
        let operations = report["summary"]["operations"].as_f64().unwrap();
        prometheus.until(work, |sum| same(sum, operations)).await;
        let saved = "1 - sum(waggle_compression_bytes_total{direction=\"out\"}) / sum(waggle_compression_bytes_total{direction=\"in\"})";
        let ratio = report["compression"]["saved_ratio"].as_f64().unwrap();
        prometheus.until(saved, |share| (share - ratio).abs() < 0.001).await;
        let errors = report["summary"]["error_rate"].as_f64().unwrap();
        let rule = "job:waggle_http_errors:ratio_rate5m";
        until(rule, PATIENCE, async || {
            // A rate is made of requests between two scrapes.
            w.claim("between").await;
            prometheus.query(rule).await.first().is_some_and(|share| same(*share, errors))
        })
        .await;
    });
}

#[test]
fn every_panel_of_the_dashboard_finds_its_figures() {
    in_a_swarm_of(&service(), async |w| {
        let prometheus = Prometheus::scraping(w.service()).await;
        work(&w).await;
        for expression in expressions() {
            // No alert fires, no call has failed, and this Redis has no limit: all of that is drawn as nothing.
            let nothing = ["waggle_alert", "outcome!=", "> 0"];
            let may_be_empty = nothing.iter().any(|part| expression.contains(part));
            until(&expression, PATIENCE, async || {
                !prometheus.query(&expression).await.is_empty() || may_be_empty
            })
            .await;
        }
    });
}

#[test]
fn a_prometheus_ends_with_its_test() {
    on_a_service(async |w| {
        let prometheus = Prometheus::scraping(w.service()).await;
        prometheus.until("up", |up| same(up, 1.0)).await;
        let pid = prometheus.pid();
        assert!(alive(pid));
        drop(prometheus);
        assert!(!alive(pid));
    });
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

/// The upper bounds of a histogram's buckets.
fn bounds(exposition: &Exposition, metric: &str) -> Vec<f64> {
    let name = format!("{metric}_bucket");
    let buckets = exposition.metrics[metric].samples.iter().filter(|sample| sample.name == name);
    buckets.map(|sample| sample.labels["le"].parse().unwrap()).collect()
}

/// The bucket that a value lies in, a little wider.
fn bucket_of(bounds: &[f64], value: f64) -> Range<f64> {
    let at = bounds.iter().position(|bound| value <= *bound).unwrap();
    let below = if at == 0 { 0.0 } else { bounds[at - 1] };
    let (near, far) = (value < below * (1.0 + ROUNDING), value > bounds[at] * (1.0 - ROUNDING));
    // On an edge it may belong to the neighbour.
    let from = if near && at > 1 {
        bounds[at - 2]
    } else if near {
        0.0
    } else {
        below
    };
    let to = if far && at + 1 < bounds.len() { bounds[at + 1] } else { bounds[at] };
    from..to + f64::EPSILON
}
