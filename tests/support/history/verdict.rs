//! The judgement over a history.

use std::fmt;

use serde_json::Value;

use super::{Event, invariants};

/// A history and what it left behind.
#[derive(Debug)]
pub struct Verdict {
    findings: Vec<Finding>,
}

/// Something that cannot be true of the service the contract describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The invariant, such as `I3`.
    pub invariant: &'static str,
    /// What contradicts it.
    pub detail: String,
}

impl Verdict {
    /// Judges `events` by the tasks that are there in the end; every task must have finished.
    pub fn over(events: &[Event], tasks: &[Value]) -> Self {
        let mut findings = Vec::new();
        for (name, check) in invariants::ALL {
            findings
                .extend(check(events, tasks).into_iter().map(|detail| Finding { invariant: name, detail }));
        }
        Self { findings }
    }

    /// What was found; empty when the history holds.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// # Panics
    /// When anything was found.
    #[track_caller]
    pub fn assert_holds(&self) {
        const SHOWN: usize = 20;
        let shown: Vec<_> = self.findings.iter().take(SHOWN).map(ToString::to_string).collect();
        assert!(shown.is_empty(), "{} findings:\n{}", self.findings.len(), shown.join("\n"));
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.detail)
    }
}
