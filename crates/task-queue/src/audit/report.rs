//! What an audit has found.

use std::fmt;

use serde::Serialize;

use super::Check;

/// Findings a report shows; the others are counted.
const SHOWN: usize = 1_000;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The swarm; empty for a key that belongs to none.
    pub swarm: String,
    /// What is wrong.
    pub check: Check,
    /// The task, key or queue it is wrong with.
    pub subject: String,
    /// What was found, for people.
    pub detail: String,
}

impl Finding {
    /// Whether both speak of the same thing, at whatever moment.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.check == other.check && self.subject == other.subject && self.swarm == other.swarm
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { swarm, check, subject, detail } = self;
        write!(f, "{}: swarm {swarm:?}: {subject}: {detail}", check.as_str())
    }
}

/// What an audit has looked at and found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Swarms that have keys.
    pub swarms: usize,
    /// Tasks.
    pub tasks: usize,
    /// Keys of this service.
    pub keys: usize,
    /// Entries of ready lists that stand for nothing any more, and do no harm.
    pub tombstones: usize,
    /// Queues in which tasks moved meanwhile: their counts and special lists were not compared.
    pub moving: usize,
    /// Swarms that are being deleted or restored, and were not looked into.
    pub closed: usize,
    /// How many findings there are.
    pub total: usize,
    /// The findings, the first 1,000 of them.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing was found.
    pub const fn is_clean(&self) -> bool {
        self.total == 0
    }

    /// Leaves out what `before` had not found.
    pub(super) fn confirm(&mut self, before: &Self) {
        self.findings.retain(|finding| {
            // Both are sorted, and what repeats something stands next to where it would stand.
            let at = before.findings.partition_point(|other| order(other) < order(finding));
            before.findings.get(at).is_some_and(|other| other.repeats(finding))
        });
    }

    pub(super) fn cut(mut self) -> Self {
        self.total = self.findings.len();
        self.findings.truncate(SHOWN);
        self
    }
}

fn order(finding: &Finding) -> (&str, Check, &str) {
    (&finding.swarm, finding.check, &finding.subject)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { swarms, tasks, keys, .. } = self;
        write!(f, "{swarms} swarms, {tasks} tasks, {keys} keys: {} findings", self.total)?;
        if self.moving > 0 {
            write!(f, "; tasks moved in {} queues, whose counts were not compared", self.moving)?;
        }
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
        }
        if self.total > self.findings.len() {
            write!(f, "\nand {} more", self.total - self.findings.len())?;
        }
        Ok(())
    }
}

/// The findings of one swarm.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    swarm: &'a str,
    list: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) const fn of(swarm: &'a str, list: &'a mut Vec<Finding>) -> Self {
        Self { swarm, list }
    }

    pub(super) fn add(&mut self, check: Check, subject: impl Into<String>, detail: impl Into<String>) {
        let (subject, detail) = (subject.into(), detail.into());
        self.list.push(Finding { swarm: self.swarm.to_owned(), check, subject, detail });
    }

    /// Adds a finding unless `holds`.
    pub(super) fn that(&mut self, holds: bool, check: Check, subject: &str, detail: impl FnOnce() -> String) {
        if !holds {
            self.add(check, subject, detail());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(subject: &str, detail: &str) -> Finding {
        let (subject, detail) = (subject.to_owned(), detail.to_owned());
        Finding { swarm: "s".to_owned(), check: Check::Orphan, subject, detail }
    }

    #[test]
    fn only_what_was_found_before_is_confirmed() {
        let before = Report { findings: vec![finding("a", "1"), finding("c", "1")], ..Report::default() };
        let findings = vec![finding("a", "2"), finding("b", "2"), finding("c", "1")];
        let mut report = Report { findings, ..Report::default() };
        report.confirm(&before);
        assert_eq!(report.findings, vec![finding("a", "2"), finding("c", "1")]);
    }

    #[test]
    fn a_long_report_shows_the_first_findings_and_counts_the_others() {
        let findings = (0..SHOWN + 7).map(|n| finding(&n.to_string(), "")).collect();
        let report = Report { findings, ..Report::default() }.cut();
        assert_eq!((report.total, report.findings.len()), (SHOWN + 7, SHOWN));
        assert!(report.to_string().ends_with("\nand 7 more"));
    }

    #[test]
    fn a_check_is_serialized_as_its_word() {
        for check in [Check::UntaggedKey, Check::DedupLost, Check::Counts] {
            assert_eq!(serde_json::to_string(&check).unwrap(), format!("{:?}", check.as_str()));
        }
    }
}
