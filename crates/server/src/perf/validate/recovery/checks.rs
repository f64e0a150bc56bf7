use std::time::Duration;

use crate::perf::judge::{Bound, Judged};
use crate::perf::report::{Target, Verdict};
use crate::perf::validate::Test;
use crate::perf::validate::ground::micros;
use crate::perf::validate::outcome::Found;

const BACK_MS: f64 = 1_000.0;

/// What was looked at, and what was wrong with it.
#[derive(Debug, Default)]
pub(super) struct Checks {
    made: u64,
    wrong: Vec<String>,
    /// How long the service was away, each time.
    pub(super) away: Vec<Duration>,
}

impl Checks {
    /// Notes `finding` unless `holds`.
    pub(super) fn that(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        self.made += 1;
        if !holds {
            self.wrong.push(finding());
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a few dozen checks, and microseconds of less than a minute"
    )]
    pub(super) fn found(self) -> Found {
        let held = self.made - self.wrong.len() as u64;
        let ratio = (self.made > 0).then(|| held as f64 / self.made as f64);
        let longest = self.away.iter().max().map(|away| micros(*away) as f64 / 1_000.0);
        let judged = vec![
            exact("checks_held_ratio", Bound::AtLeast, 1.0, ratio, self.made),
            exact("back_after_ms", Bound::AtMost, BACK_MS, longest, self.away.len() as u64),
        ];
        Found { judged, findings: self.wrong }
    }
}

/// Neither is a sample of anything: each check has one right answer, and it is the longest time that counts.
fn exact(name: &str, bound: Bound, limit: f64, observed: Option<f64>, n: u64) -> Judged {
    let holds = |observed: f64| if bound == Bound::AtMost { observed <= limit } else { observed >= limit };
    let verdict = match observed {
        None => Verdict::Insufficient,
        Some(observed) if holds(observed) => Verdict::Pass,
        Some(_) => Verdict::Fail,
    };
    let target =
        Target { name: name.to_owned(), target: limit, observed, low: observed, high: observed, n, verdict };
    Judged { target, part: Test::ErrorsAndRecovery.part(), bound }
}
