//! Looks at every line of a snapshot before anything of it is written.

use sha2::{Digest, Sha256};

use super::{
    circles::Circles,
    end::{Counts, End, hex},
    format::Record,
    header::{AnyHeader, Header, VERSION},
    records::{Records, scanned, timely},
};
use crate::limits::SNAPSHOT_LINE_BYTES;

/// Bytes that are told of what is wrong.
const PROBLEM_BYTES: usize = 512;

/// What is wrong with a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the snapshot: {problem}; nothing was changed")]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// A snapshot in which nothing is wrong.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) header: Header,
    pub(super) counts: Counts,
}

/// A look at a snapshot, line by line.
///
/// Remembers the longest line, the ids of messages, and who waits for whom.
#[derive(Debug, Default)]
pub struct Check {
    line: u64,
    rest: Vec<u8>,
    digest: Sha256,
    header: Option<Header>,
    records: Records,
    circles: Circles,
}

impl Check {
    /// Looks at the next bytes, wherever they were cut.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end + 1);
            bytes = rest;
            self.check_length(line)?;
            if self.rest.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole)?;
                whole.clear();
                self.rest = whole;
            }
        }
        self.check_length(bytes)?;
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn finish(mut self) -> Result<Checked, Broken> {
        if !self.rest.is_empty() {
            let last = std::mem::take(&mut self.rest);
            self.line(&last)?;
        }
        match self.header.take() {
            Some(header) if self.records.are_over() => Ok(Checked { header, counts: self.records.counts() }),
            _ => {
                self.line += 1;
                Err(self.broken("it ends here, before its last line: it was cut off"))
            }
        }
    }

    fn check_length(&mut self, more: &[u8]) -> Result<(), Broken> {
        if self.rest.len() + more.len() <= SNAPSHOT_LINE_BYTES {
            return Ok(());
        }
        self.line += 1;
        Err(self.broken(format!("has more than {SNAPSHOT_LINE_BYTES} bytes")))
    }

    fn line(&mut self, text: &[u8]) -> Result<(), Broken> {
        self.line += 1;
        if self.header.is_none() {
            self.header = Some(self.read_header(text)?);
            self.digest.update(text);
            return Ok(());
        }
        if self.records.are_over() {
            return Err(self.broken("stands behind the last line"));
        }
        let record: Record = self.read(text)?;
        if let Record::End(end) = &record {
            return self.end(end);
        }
        self.digest.update(text);
        self.records.record(&record).map_err(|problem| self.broken(problem))?;
        if let Record::Task(task) = &record {
            self.circles.note(task, self.line);
        }
        Ok(())
    }

    fn read_header(&self, text: &[u8]) -> Result<Header, Broken> {
        let any: AnyHeader = self.read(text)?;
        if any.waggle_snapshot != VERSION {
            return Err(self.broken(format!(
                "is a snapshot of version {}, and this program reads version {VERSION}",
                any.waggle_snapshot
            )));
        }
        let header: Header = self.read(text)?;
        let stamps = [Some(header.exported_at), header.created_at];
        let checked = scanned([header.metadata.as_ref()]).and_then(|()| timely(&stamps));
        checked.map_err(|problem| self.broken(problem))?;
        header.said().check().map_err(|invalid| self.broken(invalid.to_string()))?;
        Ok(header)
    }

    fn read<T: serde::de::DeserializeOwned>(&self, text: &[u8]) -> Result<T, Broken> {
        // `serde` would take an array for the fields of an object in their order.
        if text.first() != Some(&b'{') {
            return Err(self.broken("is not a JSON object"));
        }
        serde_json::from_slice(text).map_err(|error| self.broken(in_one_line(&error)))
    }

    fn broken(&self, problem: impl Into<String>) -> Broken {
        let mut problem: String = problem.into();
        // A line may hold anything, and what is wrong with it may be told with its own words.
        problem.truncate(problem.floor_char_boundary(PROBLEM_BYTES));
        Broken { line: self.line, problem }
    }

    fn end(&mut self, end: &End) -> Result<(), Broken> {
        if let Some((line, problem)) = std::mem::take(&mut self.circles).find() {
            self.line = line;
            return Err(self.broken(problem));
        }
        let digest = hex(&std::mem::take(&mut self.digest).finalize());
        self.records.end(end, &digest).map_err(|problem| self.broken(problem))
    }
}

/// The parser has seen one line and calls it the first.
fn in_one_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or_default();
    format!("{said} (column {})", error.column())
}
