//! What the whole comes down to.

use super::figures::{number, percent, span};
use super::page::Page;
use super::words::verdict;
use crate::perf::report::{Report, Scope};

pub(super) fn head(page: &mut Page, report: &Report) {
    let scope = match (report.scope, report.nodes) {
        (Scope::Node, _) => String::from("this server"),
        (Scope::Fleet, 1) => String::from("fleet of 1 server"),
        (Scope::Fleet, nodes) => format!("fleet of {nodes} servers"),
    };
    let (window, up) = (span(report.window_ms), span(report.uptime_ms));
    page.line(&format!(
        "Waggle, {scope}, the last {window} before {}, up {up}",
        report.generated_at.to_text()
    ));
    page.section("SUMMARY");
    let (summary, agents, tasks) = (&report.summary, &report.agents, &report.tasks);
    let throughput = number(summary.throughput_per_s);
    let errors = percent(summary.error_rate);
    page.entry("requests", &format!("{}, {throughput} a second, {errors} failed", summary.operations));
    let unfinished = [
        (tasks.ready, "ready"),
        (tasks.running, "running"),
        (tasks.scheduled, "scheduled"),
        (tasks.blocked, "blocked"),
        (tasks.input_required, "waiting for a person"),
        (tasks.completed, "completed"),
        (tasks.failed, "failed"),
        (tasks.cancelled, "cancelled"),
    ];
    page.entry("tasks", &counts(&unfinished));
    page.entry(
        "agents",
        &counts(&[(agents.live, "live"), (agents.draining, "draining"), (agents.lost, "lost")]),
    );
    let (confidence, parts) = (&report.confidence, &report.confidence.parts);
    page.entry(
        "confidence",
        &format!(
            "{} of 100, {} is good enough: {} (latency {}, reliability {}, throughput {}, efficiency {})",
            number(confidence.score),
            number(confidence.target),
            verdict(confidence.verdict),
            number(parts.latency),
            number(parts.reliability),
            number(parts.throughput),
            number(parts.efficiency)
        ),
    );
}

/// Those that are not 0.
fn counts(all: &[(u64, &str)]) -> String {
    let some: Vec<_> = all.iter().filter(|(n, _)| *n > 0).map(|(n, name)| format!("{n} {name}")).collect();
    if some.is_empty() { String::from("none") } else { some.join(", ") }
}
