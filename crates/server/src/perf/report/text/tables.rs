//! What is told in rows.

use std::collections::BTreeMap;

use super::figures::{NONE, maybe, number, probability, span};
use super::page::Page;
use super::table::Table;
use super::words::{direction, verdict};
use crate::perf::report::{Latency, Report};

pub(super) fn targets(page: &mut Page, report: &Report) {
    let mut table =
        Table::new(2, &["target", "verdict", "is to be", "observed", "95 % low", "95 % high", "n"]);
    for target in &report.targets {
        table.row([
            target.name.clone(),
            verdict(target.verdict).to_owned(),
            number(target.target),
            maybe(target.observed),
            maybe(target.low),
            maybe(target.high),
            target.n.to_string(),
        ]);
    }
    page.table("TARGETS", &table);
}

pub(super) fn latencies(page: &mut Page, report: &Report) {
    page.table("LATENCY in ms", &latency_table("operation", &report.latency));
    page.table("PHASES of tasks in ms", &latency_table("phase", &report.phases));
}

fn latency_table(first: &str, latencies: &BTreeMap<String, Latency>) -> Table {
    let mut table = Table::new(1, &[first, "n", "p50", "p95", "p99", "p99.9", "max", "mean"]);
    for (name, took) in latencies {
        let quantiles = [took.p50_ms, took.p95_ms, took.p99_ms, took.p999_ms, took.max_ms, took.mean_ms];
        table.row([name.clone(), took.count.to_string()].into_iter().chain(quantiles.map(maybe)));
    }
    table
}

pub(super) fn queues(page: &mut Page, report: &Report) {
    let mut table =
        Table::new(2, &["queue", "swarm", "ready", "running", "scheduled", "failed", "oldest", "waiting"]);
    for queue in &report.queues {
        table.row([
            queue.queue.clone(),
            queue.swarm.clone(),
            queue.tasks.ready.to_string(),
            queue.tasks.running.to_string(),
            queue.tasks.scheduled.to_string(),
            queue.tasks.failed.to_string(),
            queue.oldest_ready_ms.map_or_else(|| NONE.to_owned(), span),
            queue.waiting.to_string(),
        ]);
    }
    page.table(&format!("QUEUES, {} of {}", report.queues.len(), report.queues_total), &table);
}

pub(super) fn trends(page: &mut Page, report: &Report) {
    let mut table = Table::new(2, &["trend", "direction", "change", "p", "over", "samples"]);
    for trend in &report.trends {
        let change =
            trend.change.map_or_else(|| NONE.to_owned(), |change| format!("{:+.1} %", change * 100.0));
        table.row([
            trend.metric.clone(),
            direction(trend.direction).to_owned(),
            change,
            probability(trend.p_value),
            span(trend.over_ms),
            trend.samples.to_string(),
        ]);
    }
    page.table("TRENDS", &table);
}

pub(super) fn operations(page: &mut Page, report: &Report) {
    let mut table = Table::new(1, &["operation", "n", "failed", "total ms", "mean ms"]);
    for top in &report.top_operations {
        let (count, failed) = (top.count.to_string(), top.failed.to_string());
        table.row([top.operation.clone(), count, failed, number(top.total_ms), number(top.mean_ms)]);
    }
    page.table("OPERATIONS that took the most time", &table);
}

pub(super) fn errors(page: &mut Page, report: &Report) {
    let mut codes = Table::new(1, &["code", "n"]);
    for (code, times) in &report.errors.by_code {
        codes.row([code.clone(), times.to_string()]);
    }
    page.table("ERRORS, those of callers too", &codes);
    let mut recent = Table::new(4, &["at", "code", "operation", "request"]);
    for error in &report.errors.recent {
        let (operation, request) = (error.operation.clone(), error.request_id.clone());
        recent.row([error.at.to_text(), error.code.clone(), operation, request]);
    }
    page.table("LAST FAULTS of the service", &recent);
}
