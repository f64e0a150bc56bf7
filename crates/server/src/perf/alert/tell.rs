use metrics::gauge;

use super::AlertName;
use crate::metrics::ALERT;
use crate::perf::report::{Alert, AlertState, Severity};

/// Shows every alert as not firing, so that each is there from the start.
pub(super) fn show_all() {
    for name in AlertName::ALL {
        show(name.as_str(), name.severity(), false);
    }
}

/// Logs an alert that fires or is resolved, and shows it as a metric.
pub(super) fn tell(alert: &Alert) {
    let Alert { name, value, threshold, message, .. } = alert;
    match (alert.state, alert.severity) {
        (AlertState::Firing, Severity::Critical) => {
            tracing::error!(
                alert.name = name,
                alert.severity = "critical",
                value,
                threshold,
                "alert fires: {message}"
            );
        }
        (AlertState::Firing, Severity::Warning) => {
            tracing::warn!(
                alert.name = name,
                alert.severity = "warning",
                value,
                threshold,
                "alert fires: {message}"
            );
        }
        (AlertState::Resolved | AlertState::Pending, severity) => {
            let severity = word(severity);
            tracing::info!(
                alert.name = name,
                alert.severity = severity,
                value,
                threshold,
                "alert is resolved: {message}"
            );
        }
    }
    show(name, alert.severity, alert.state == AlertState::Firing);
}

fn show(name: &str, severity: Severity, firing: bool) {
    let gauge = gauge!(ALERT, "name" => name.to_owned(), "severity" => word(severity));
    gauge.set(if firing { 1.0 } else { 0.0 });
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}
