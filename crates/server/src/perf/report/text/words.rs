//! Words of a report.

use crate::perf::report::{AlertState, Direction, Priority, Severity, Verdict};

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "FAIL",
        Verdict::Insufficient => "insufficient",
    }
}

pub(super) const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Stable => "stable",
        Direction::Improving => "improving",
        Direction::Degrading => "DEGRADING",
    }
}

pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Critical => "CRITICAL",
    }
}

pub(super) const fn state(state: AlertState) -> &'static str {
    match state {
        AlertState::Pending => "pending",
        AlertState::Firing => "firing",
        AlertState::Resolved => "resolved",
    }
}

pub(super) const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "HIGH",
        Priority::Medium => "medium",
        Priority::Low => "low",
    }
}
