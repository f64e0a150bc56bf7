use std::io::{Write as _, stdout};

use serde::Serialize;

/// What the checks found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    checks: Vec<Check>,
}

/// What one check found.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    result: Finding,
    detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Finding {
    /// As it should be.
    Ok,
    /// The service works, and an operator should know.
    Warning,
    /// It keeps the service from working, or data is not what it should be.
    Failed,
}

/// The report as one object.
#[derive(Debug, Serialize)]
struct Whole<'a> {
    ok: bool,
    #[serde(flatten)]
    report: &'a Report,
}

impl Report {
    pub(super) fn well(&mut self, name: &'static str, detail: impl Into<String>) {
        self.add(name, Finding::Ok, detail.into());
    }

    pub(super) fn doubtful(&mut self, name: &'static str, detail: impl Into<String>) {
        self.add(name, Finding::Warning, detail.into());
    }

    pub(super) fn failed(&mut self, name: &'static str, detail: impl Into<String>) {
        self.add(name, Finding::Failed, detail.into());
    }

    /// Whether nothing failed.
    pub(super) fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.result != Finding::Failed)
    }

    /// A line for each check, or one JSON object.
    ///
    /// # Errors
    /// When standard output is closed.
    pub(super) fn print(&self, json: bool) -> std::io::Result<()> {
        if json {
            serde_json::to_writer_pretty(stdout(), &Whole { ok: self.is_well(), report: self })?;
            return writeln!(stdout());
        }
        self.checks.iter().try_for_each(|check| {
            let word = check.result.word();
            writeln!(stdout(), "{word:<8} {:<12} {}", check.name, check.detail)
        })
    }

    fn add(&mut self, name: &'static str, result: Finding, detail: String) {
        self.checks.push(Check { name, result, detail });
    }
}

impl Finding {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}
