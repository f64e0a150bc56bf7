use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Broken, Test};
use crate::perf::judge::{Bound, Judged, Part, confidence};
use crate::perf::report::{Target, Verdict};

/// The least confidence with which a validation has passed.
pub const CONFIDENCE: f64 = 93.0;

/// Whether a validation has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It is under way.
    Running,
    /// It has ended.
    Finished,
}

/// A validation and what it has found so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Validation {
    /// Its id, a UUID of version 7.
    pub id: Uuid,
    /// Whether it has ended.
    pub status: RunStatus,
    /// Share of its tests that are made.
    pub progress: f64,
    /// How sure one may be that the service does what it should, 0 to 100; null while it runs, and where not all seven
    /// tests were made.
    pub confidence: Option<f64>,
    /// The tests that are made.
    pub tests: Vec<TestOutcome>,
    /// Why it broke off, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What a test has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TestOutcome {
    /// Its name.
    pub name: Test,
    /// Whether all its targets hold.
    pub verdict: Verdict,
    /// What was observed of the first target.
    pub observed: Option<f64>,
    /// The limit of the first target.
    pub target: f64,
    /// Observations of the first target.
    pub n: u64,
    /// Its targets.
    pub targets: Vec<Target>,
    /// What should not have been.
    pub findings: Vec<String>,
    /// How long it took.
    pub took_ms: u64,
}

/// What a test that came to its end has to say.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Its targets, the most telling first.
    pub(super) judged: Vec<Judged>,
    /// What should not have been.
    pub(super) findings: Vec<String>,
}

impl Found {
    /// Notes `finding` unless `holds`.
    pub(super) fn unless(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        if !holds {
            self.findings.push(finding());
        }
    }
}

impl TestOutcome {
    pub(super) fn new(name: Test, found: Result<Found, Broken>, took_ms: u64) -> Self {
        let found = found.unwrap_or_else(|broken| Found {
            judged: vec![untold(name)],
            findings: vec![format!("it broke off: {broken}")],
        });
        let targets: Vec<Target> = found.judged.into_iter().map(|judged| judged.target).collect();
        let findings = found.findings;
        let verdict = verdict(&targets, &findings);
        let (observed, target, n) =
            targets.first().map_or((None, 0.0, 0), |first| (first.observed, first.target, first.n));
        Self { name, verdict, observed, target, n, targets, findings, took_ms }
    }

    /// Whether all its targets hold.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Pass
    }

    fn judged(&self) -> Vec<Judged> {
        let judge = |target: &Target| {
            let (part, bound) = place(self.name, &target.name);
            Judged { target: target.clone(), part, bound }
        };
        let mut judged: Vec<_> = self.targets.iter().map(judge).collect();
        if !self.findings.is_empty() {
            // What should not have been weighs as much as a target missed altogether.
            let mut missed = untold(self.name);
            missed.target.verdict = Verdict::Fail;
            judged.push(missed);
        }
        judged
    }
}

/// How sure one may be after these tests; none where one of the seven is missing.
pub(super) fn confidence_of(tests: &[TestOutcome]) -> Option<f64> {
    let made = |test: &Test| tests.iter().any(|made| made.name == *test);
    if !Test::ALL.iter().all(made) {
        return None;
    }
    let judged: Vec<_> = tests.iter().flat_map(TestOutcome::judged).collect();
    Some(confidence(&judged, CONFIDENCE).score)
}

/// To which part of the confidence a target counts, and on which side of its limit it holds.
fn place(test: Test, target: &str) -> (Part, Bound) {
    match target {
        "error_rate" => (Part::Reliability, Bound::AtMost),
        "throughput_per_s" | "concurrent_agents" => (Part::Throughput, Bound::AtLeast),
        "saved_ratio" | "reuse_ratio" | "checks_held_ratio" => (test.part(), Bound::AtLeast),
        _ => (test.part(), Bound::AtMost),
    }
}

/// The target of a test that has no evidence.
fn untold(test: Test) -> Judged {
    let target = Target {
        name: test.as_str().to_owned(),
        target: 0.0,
        observed: None,
        low: None,
        high: None,
        n: 0,
        verdict: Verdict::Insufficient,
    };
    Judged { target, part: test.part(), bound: Bound::AtMost }
}

fn verdict(targets: &[Target], findings: &[String]) -> Verdict {
    let any = |verdict| targets.iter().any(|target| target.verdict == verdict);
    if !findings.is_empty() || any(Verdict::Fail) {
        Verdict::Fail
    } else if targets.is_empty() || any(Verdict::Insufficient) {
        Verdict::Insufficient
    } else {
        Verdict::Pass
    }
}
