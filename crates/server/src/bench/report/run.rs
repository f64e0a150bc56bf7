use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use waggle_task_queue::model::Stamp;

use super::figure::Figure;
use super::progress;
use super::table::table;
use crate::bench::args::Bench;
use crate::bench::system::machine::Machine;

/// All figures of a run, benchmark by benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) quick: bool,
    /// When the last of it was measured.
    pub(crate) measured_at: Stamp,
    /// The version of the program that measured.
    pub(crate) version: String,
    pub(crate) machine: Machine,
    pub(crate) figures: Vec<Figure>,
}

impl Run {
    pub(crate) fn new(quick: bool, machine: Machine) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { quick, measured_at: now(), version, machine, figures: Vec::new() }
    }

    /// # Errors
    /// When the file cannot be read or holds something else.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} holds no figures", path.display()))
    }

    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Adds figures of a benchmark, and shows them as they come.
    pub(crate) fn add(&mut self, bench: Bench, figures: Vec<Figure>) {
        for figure in &figures {
            let [name, value, range, target, verdict, detail] = figure.cells();
            progress::say(&format!("  {name}: {value} [{range}] {target} {verdict} ({detail})"));
        }
        self.measured_at = now();
        self.figures.extend(figures.into_iter().map(|figure| figure.of(&bench.name())));
    }

    /// Takes over what an earlier run has measured and this one has not, in the order of the command's help.
    #[must_use]
    pub(crate) fn beside(mut self, earlier: &Self) -> Self {
        let kept = earlier.figures.iter().filter(|figure| !self.has(&figure.bench)).cloned();
        let kept: Vec<Figure> = kept.collect();
        self.figures.extend(kept);
        let place = |figure: &Figure| Bench::all().position(|bench| bench.name() == figure.bench);
        self.figures.sort_by_key(place);
        self
    }

    /// Whether there are figures of this benchmark.
    pub(crate) fn has(&self, bench: &str) -> bool {
        self.figures.iter().any(|figure| figure.bench == bench)
    }

    /// The table and how many targets were missed; nothing where nothing was measured.
    pub(crate) fn text(&self) -> String {
        if self.figures.is_empty() {
            return String::new();
        }
        let missed = self.figures.iter().filter(|figure| figure.is_missed()).count();
        let targets = self.figures.iter().filter(|figure| figure.has_target()).count();
        format!("{}\n{missed} of {targets} targets missed.\n", table(&self.figures))
    }
}

fn now() -> Stamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Stamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(figures: &[(Bench, &str, f64)]) -> Run {
        let mut run = Run::new(true, Machine::default());
        for (bench, name, value) in figures {
            run.add(*bench, vec![Figure::new(*name, "ms", vec![*value])]);
        }
        run
    }

    fn names(run: &Run) -> Vec<&str> {
        run.figures.iter().map(|figure| figure.name.as_str()).collect()
    }

    #[test]
    fn a_run_is_read_back_as_it_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bench.json");
        let written = run(&[(Bench::Single, "a", 1.5), (Bench::Growth, "b", 0.1)]);
        written.write(&path).unwrap();
        let read = Run::read(&path).unwrap();
        assert_eq!((&read, read.text()), (&written, written.text()));
    }

    #[test]
    fn what_was_measured_again_takes_the_place_of_what_was_measured_before() {
        let earlier = run(&[(Bench::Single, "old", 1.0), (Bench::Growth, "growth", 2.0)]);
        let now = run(&[(Bench::Peers, "peers", 3.0), (Bench::Single, "new", 4.0)]);
        assert_eq!(names(&now.beside(&earlier)), ["new", "growth", "peers"]);
    }
}
