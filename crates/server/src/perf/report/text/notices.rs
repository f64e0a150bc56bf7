//! What somebody should read.

use super::figures::number;
use super::page::Page;
use super::words::{priority, severity, state};
use crate::perf::report::Report;

pub(super) fn alerts(page: &mut Page, report: &Report) {
    if report.alerts.is_empty() {
        return;
    }
    page.section("ALERTS");
    for alert in &report.alerts {
        let (severity, state) = (severity(alert.severity), state(alert.state));
        let (value, threshold) = (number(alert.value), number(alert.threshold));
        let since = alert.since.to_text();
        page.entry(
            severity,
            &format!("{} {state} since {since}: {} ({value}, at {threshold})", alert.name, alert.message),
        );
    }
}

pub(super) fn recommendations(page: &mut Page, report: &Report) {
    if report.recommendations.is_empty() {
        return;
    }
    page.section("RECOMMENDATIONS");
    for told in &report.recommendations {
        page.entry(priority(told.priority), &format!("{}: {}", told.category, told.message));
    }
}

pub(super) fn missing(page: &mut Page, report: &Report) {
    if report.missing.is_empty() {
        return;
    }
    page.section("MISSING");
    for missing in &report.missing {
        page.entry("", &format!("{}: {}", missing.part, missing.reason));
    }
}
