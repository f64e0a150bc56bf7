use waggle_task_queue::model::Stamp;

use super::{AlertName, Finding};
use crate::perf::report::{Alert, AlertState};

/// Refreshes in a row for which a threshold has to hold until its alert fires, and not to hold until it is resolved.
const IN_A_ROW: u8 = 2;

/// Where one alert stands.
///
/// ```text
/// inactive ── holds ──▶ pending ── holds ──▶ firing ── does not hold, twice in a row ──▶ resolved = inactive
///     ▲                    │
///     └── does not hold ───┘
/// ```
///
/// What is not measured changes nothing.
#[derive(Debug, Default)]
pub(super) struct Standing {
    phase: Phase,
    since: Stamp,
    last: Option<Finding>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing to tell. Set at the start, by a pending alert that does not hold again, and when one is resolved.
    #[default]
    Inactive,
    /// It held at the last refresh that measured it, for the first time.
    Pending,
    /// It has held twice in a row, and not failed to since; `clear` refreshes in a row have not held.
    Firing { clear: u8 },
}

impl Standing {
    /// Takes in what a refresh has found; the alert when it fires now or is resolved now.
    pub(super) fn judge(&mut self, name: AlertName, at: Stamp, finding: Finding) -> Option<Alert> {
        let told = self.step(at, finding.holds());
        let alert = told.map(|state| alert(name, state, at, &finding));
        self.last = Some(finding);
        alert
    }

    /// The alert, where it is pending or firing.
    pub(super) fn active(&self, name: AlertName) -> Option<Alert> {
        let state = match self.phase {
            Phase::Inactive => return None,
            Phase::Pending => AlertState::Pending,
            Phase::Firing { .. } => AlertState::Firing,
        };
        self.last.as_ref().map(|finding| alert(name, state, self.since, finding))
    }

    fn step(&mut self, at: Stamp, holds: bool) -> Option<AlertState> {
        match (self.phase, holds) {
            (Phase::Inactive, false) => None,
            (Phase::Inactive, true) => self.enter(Phase::Pending, at, None),
            (Phase::Pending, false) => self.enter(Phase::Inactive, at, None),
            (Phase::Pending, true) => self.enter(Phase::Firing { clear: 0 }, at, Some(AlertState::Firing)),
            (Phase::Firing { clear }, false) if clear + 1 >= IN_A_ROW => {
                self.enter(Phase::Inactive, at, Some(AlertState::Resolved))
            }
            (Phase::Firing { clear }, holds) => {
                self.phase = Phase::Firing { clear: if holds { 0 } else { clear + 1 } };
                None
            }
        }
    }

    fn enter(&mut self, phase: Phase, at: Stamp, told: Option<AlertState>) -> Option<AlertState> {
        (self.phase, self.since) = (phase, at);
        told
    }
}

fn alert(name: AlertName, state: AlertState, since: Stamp, finding: &Finding) -> Alert {
    Alert {
        name: name.as_str().to_owned(),
        severity: name.severity(),
        state,
        since,
        value: finding.value,
        threshold: finding.threshold,
        message: finding.message.clone(),
    }
}
