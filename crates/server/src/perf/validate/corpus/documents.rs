use serde_json::{Value, json};

use super::random::Random;
use super::words::Words;

/// The seed of all documents.
const SEED: u64 = 0x5741_4747_4c45;
const DIRECTORIES: [&str; 8] =
    ["src", "src/model", "src/routes", "tests", "tests/support", "docs", "deploy/grafana", "scripts"];
const ENDINGS: [&str; 5] = ["rs", "md", "toml", "py", "json"];
const TOOLS: [&str; 5] = ["read_file", "search", "run_tests", "list_directory", "http_get"];

/// What a document is, and so where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::perf::validate) enum Kind {
    /// What is to be done: a task's payload.
    Plan,
    /// What was said on the way: a task's result.
    Transcript,
    /// What a tool answered: a task's result.
    ToolResult,
    /// What all agents share: a state key's value.
    State,
}

/// JSON as an agent would write it.
#[derive(Debug, Clone)]
pub(in crate::perf::validate) struct Document {
    pub(in crate::perf::validate) kind: Kind,
    pub(in crate::perf::validate) text: String,
}

/// Documents of `bytes` in all, or a little more; the same ones every time. No two are alike, and each holds what does
/// not compress as well: ids, digests, times, measurements.
pub(in crate::perf::validate) fn documents(bytes: usize) -> Vec<Document> {
    let mut author = Author::new();
    let (mut written, mut documents) = (0, Vec::new());
    for kind in [Kind::Plan, Kind::Transcript, Kind::Plan, Kind::ToolResult, Kind::State].into_iter().cycle()
    {
        if written >= bytes {
            break;
        }
        let text = author.write(kind).to_string();
        written += text.len();
        documents.push(Document { kind, text });
    }
    documents
}

/// Files that a piece of work is about: agents come back to the same ones.
const FILES: usize = 16;
/// Sentences that are still quoted.
const QUOTED: usize = 24;
/// One sentence of so many is a quotation: of a file that was read, of what was asked, of what was found.
const QUOTATIONS: usize = 10;

struct Author {
    random: Random,
    words: Words,
    files: Vec<String>,
    said: Vec<String>,
}

impl Author {
    fn new() -> Self {
        Self { random: Random::new(SEED), words: Words::new(), files: Vec::new(), said: Vec::new() }
    }

    /// Each document is about something else.
    fn write(&mut self, kind: Kind) -> Value {
        self.files = (0..FILES).map(|_| self.file()).collect();
        self.said.clear();
        match kind {
            Kind::Plan => self.plan(),
            Kind::Transcript => self.transcript(),
            Kind::ToolResult => self.tool_result(),
            Kind::State => self.state(),
        }
    }

    fn plan(&mut self) -> Value {
        let count = 8 + self.random.below(24);
        let steps = (0..count).map(|number| {
            let (title, why) = (self.sentence(), self.paragraph(3));
            json!({ "step": number + 1, "id": self.id(), "title": title, "why": why, "status": "pending",
                "depends_on": [], "files": [self.path(), self.path()], "budget_tokens": self.random.below(40_000) })
        });
        let steps: Vec<_> = steps.collect();
        json!({ "objective": self.paragraph(2), "assumptions": [self.sentence(), self.sentence()], "steps": steps })
    }

    fn transcript(&mut self) -> Value {
        let count = 10 + self.random.below(40);
        let messages = (0..count).map(|turn| match turn % 3 {
            0 => json!({ "role": "user", "content": self.paragraph(2), "at": self.time() }),
            1 => {
                let call = json!({ "id": self.id(), "name": self.random.one(&TOOLS), "arguments": { "path": self.path() } });
                json!({ "role": "assistant", "content": self.paragraph(4), "tool_calls": [call], "at": self.time(),
                    "usage": { "input": self.random.below(90_000), "output": self.random.below(4_000) } })
            }
            _ => json!({ "role": "tool", "tool_call_id": self.id(), "content": self.log(6), "at": self.time() }),
        });
        let messages: Vec<_> = messages.collect();
        json!({ "model": "an-agent", "session": self.id(), "messages": messages })
    }

    fn tool_result(&mut self) -> Value {
        let count = 40 + self.random.below(160);
        let text = if self.random.below(2) == 0 { self.log(count) } else { self.listing(count) };
        json!({ "tool": self.random.one(&TOOLS), "exit_status": self.random.below(2), "duration_ms": self.random.below(9_000),
            "stdout": text, "stderr": self.sentence(), "sha256": self.digest() })
    }

    fn state(&mut self) -> Value {
        let count = 20 + self.random.below(60);
        let findings = (0..count).map(|_| {
            json!({ "id": self.id(), "file": self.path(), "line": self.random.below(900), "claim": self.sentence(),
                "confidence": self.share(), "agent": format!("agent-{}", self.random.below(40)) })
        });
        let findings: Vec<_> = findings.collect();
        let embedding: Vec<_> = (0..64).map(|_| self.share()).collect();
        json!({ "phase": self.words.draw(&mut self.random), "findings": findings, "embedding": embedding })
    }

    /// Lines as a test run or a service writes them.
    fn log(&mut self, lines: usize) -> String {
        let line = |_| {
            let level = self.random.one(&["INFO", "INFO", "INFO", "DEBUG", "WARN"]);
            let (at, path, micros) = (self.time(), self.path(), self.random.below(2_000_000));
            format!("{at} {level} {path}: {} took={micros}us request={}\n", self.sentence(), self.id())
        };
        (0..lines).map(line).collect()
    }

    /// Lines as `ls -l` writes them.
    fn listing(&mut self, lines: usize) -> String {
        let line = |_| {
            let (bytes, at) = (self.random.below(4_000_000), self.time());
            format!("-rw-r--r-- 1 build build {bytes:>8} {at} {}\n", self.path())
        };
        (0..lines).map(line).collect()
    }

    fn sentence(&mut self) -> String {
        if !self.said.is_empty() && self.random.below(QUOTATIONS) == 0 {
            return self.said[self.random.below(self.said.len())].clone();
        }
        let sentence = self.words.sentence(&mut self.random);
        if self.said.len() == QUOTED {
            self.said.remove(0);
        }
        self.said.push(sentence.clone());
        sentence
    }

    fn paragraph(&mut self, sentences: usize) -> String {
        (0..sentences).map(|_| self.sentence()).collect::<Vec<_>>().join(" ")
    }

    fn path(&mut self) -> String {
        self.files[self.random.below(self.files.len())].clone()
    }

    fn file(&mut self) -> String {
        let (directory, ending) = (self.random.one(&DIRECTORIES), self.random.one(&ENDINGS));
        let (first, second) = (self.words.draw(&mut self.random), self.words.draw(&mut self.random));
        format!("{directory}/{first}_{second}.{ending}")
    }

    fn id(&mut self) -> String {
        format!("{:08x}-{:04x}", self.random.below(1 << 32), self.random.below(1 << 16))
    }

    fn digest(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.random.next())).collect()
    }

    fn time(&mut self) -> String {
        let (hour, minute) = (self.random.below(24), self.random.below(60));
        format!(
            "2026-11-{:02}T{hour:02}:{minute:02}:{:02}.{:03}Z",
            1 + self.random.below(28),
            self.random.below(60),
            self.random.below(1_000)
        )
    }

    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.random.below(1_000_000)).unwrap_or(0)) / 1e6
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use waggle_core::Codec;

    use super::*;

    #[test]
    fn documents_are_the_same_every_time_and_each_is_another_one() {
        let (first, second) = (documents(500_000), documents(500_000));
        let texts: BTreeSet<_> = first.iter().map(|document| document.text.as_str()).collect();
        assert_eq!(texts.len(), first.len());
        assert!(first.iter().zip(&second).all(|(one, other)| one.text == other.text));
        assert!(first.iter().all(|document| document.text.len() > 1_024));
    }

    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    fn saved<'a>(texts: impl IntoIterator<Item = &'a str>) -> f64 {
        let codec = Codec::new(1_024, 1 << 24);
        let sizes = texts.into_iter().map(|text| (text.len(), codec.encode(text.as_bytes()).len()));
        let (raw, stored) = sizes.fold((0, 0), |(raw, stored), one| (raw + one.0, stored + one.1));
        1.0 - stored as f64 / raw as f64
    }

    #[test]
    fn they_compress_no_better_than_what_people_wrote_here() {
        let pages = [
            include_str!("../../../../../../docs/architecture.md"),
            include_str!("../../../../../../docs/configuration.md"),
            include_str!("../../../../../../docs/guarantees.md"),
            include_str!("../../../../../../tests/support/world.rs"),
            include_str!("../../../router.rs"),
        ];
        let written = documents(2_000_000);
        let (people, agents) = (saved(pages), saved(written.iter().map(|document| document.text.as_str())));
        assert!(agents > 0.41 && agents < people + 0.02, "{agents} of these, {people} of pages and sources");
    }
}
