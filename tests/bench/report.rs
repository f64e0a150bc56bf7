use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use serde_json::{Value, json};

use crate::figure::Figure;
use crate::machine::Machine;
use crate::progress;

const HEADINGS: [&str; 6] = ["figure", "value", "range", "target", "verdict", "detail"];

/// All figures of a run, in the order in which they were measured.
pub(crate) struct Report {
    quick: bool,
    pub(crate) machine: Machine,
    figures: Vec<Figure>,
}

impl Report {
    pub(crate) fn new(quick: bool, machine: Machine) -> Report {
        Report { quick, machine, figures: Vec::new() }
    }

    /// Adds figures, and shows them as they come.
    pub(crate) fn add(&mut self, figures: Vec<Figure>) {
        for figure in &figures {
            let [name, value, range, target, verdict, detail] = figure.cells();
            progress::say(&format!("  {name}: {value} [{range}] {target} {verdict} ({detail})"));
        }
        self.figures.extend(figures);
    }

    /// Prints the table, in Markdown, on standard output.
    ///
    /// # Errors
    /// When standard output is closed.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        if self.figures.is_empty() {
            return Ok(());
        }
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.figures.iter().map(Figure::cells));
        let widths: [usize; 6] = std::array::from_fn(|column| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
        });
        let mut out = io::stdout().lock();
        for (index, row) in rows.iter().enumerate() {
            write_row(&mut out, row, &widths)?;
            if index == 0 {
                write_row(&mut out, &widths.map(|width| "-".repeat(width)), &widths)?;
            }
        }
        let missed = self.figures.iter().filter(|figure| figure.is_missed()).count();
        writeln!(out, "\n{missed} of {} targets missed.", self.targets())?;
        Ok(())
    }

    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write_json(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(&self.json())? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    fn json(&self) -> Value {
        json!({
            "quick": self.quick,
            "machine": self.machine.json(),
            "figures": self.figures.iter().map(Figure::json).collect::<Vec<_>>(),
        })
    }

    fn targets(&self) -> usize {
        self.figures.iter().filter(|figure| figure.has_target()).count()
    }
}

fn write_row(out: &mut impl Write, row: &[String; 6], widths: &[usize; 6]) -> io::Result<()> {
    for (cell, width) in row.iter().zip(widths) {
        write!(out, "| {cell:width$} ")?;
    }
    writeln!(out, "|")
}
