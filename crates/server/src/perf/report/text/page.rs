use super::clean::{clean, cut, wrapped};
use super::table::{INDENT, Table, WIDTH};
use super::{head, machinery, notices, tables};
use crate::perf::report::Report;

/// The report as lines of at most 100 characters, a section for each of its parts; `-` stands for what was not measured.
/// It has no control characters but the ends of its lines, whatever users name their queues.
pub fn text(report: &Report) -> String {
    let mut page = Page::default();
    head::head(&mut page, report);
    tables::targets(&mut page, report);
    tables::latencies(&mut page, report);
    machinery::machinery(&mut page, report);
    tables::queues(&mut page, report);
    tables::trends(&mut page, report);
    notices::alerts(&mut page, report);
    notices::recommendations(&mut page, report);
    tables::operations(&mut page, report);
    tables::errors(&mut page, report);
    notices::missing(&mut page, report);
    page.0
}

/// Lines that have been written.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// A line from the left edge.
    pub(super) fn line(&mut self, text: &str) {
        self.0.push_str(&cut(clean(text).trim_end(), WIDTH));
        self.0.push('\n');
    }

    /// Begins a section.
    pub(super) fn section(&mut self, name: &str) {
        self.0.push('\n');
        self.line(name);
    }

    /// A figure or several, under a name.
    pub(super) fn entry(&mut self, name: &str, text: &str) {
        const NAMES: usize = 14;
        let margin = " ".repeat(NAMES - INDENT.len());
        for (at, part) in wrapped(&clean(text), WIDTH - INDENT.len() - margin.len()).iter().enumerate() {
            let before = if at == 0 { name } else { "" };
            self.line(&format!("{INDENT}{before:<width$}{part}", width = margin.len()));
        }
    }

    /// A section that holds a table; nothing where the table is empty.
    pub(super) fn table(&mut self, name: &str, table: &Table) {
        if !table.is_empty() {
            self.section(name);
            table.lines().iter().for_each(|line| self.line(line));
        }
    }
}
