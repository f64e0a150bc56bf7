//! What a run that failed leaves behind.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::{Finding, History};
use crate::{Service, root};

/// Sees a test: one that does not end well leaves the history, what was there in the end, what was found, and the logs of
/// the services in a directory of `target/chaos/`.
#[derive(Debug)]
pub struct Witness {
    name: String,
    history: History,
    services: Vec<Arc<Service>>,
    /// What was there and what was found; nothing before it was judged.
    seen: RefCell<Option<(Vec<Value>, Vec<Finding>)>>,
}

impl Witness {
    /// Of a history under way.
    pub fn new(name: &str, history: &History, services: &[Arc<Service>]) -> Self {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        Self { name, history: history.clone(), services: services.to_vec(), seen: RefCell::default() }
    }

    /// What was there in the end, and what is wrong with it.
    pub fn saw(&self, tasks: &[Value], findings: &[Finding]) {
        *self.seen.borrow_mut() = Some((tasks.to_vec(), findings.to_vec()));
    }

    fn keep(&self) -> std::io::Result<PathBuf> {
        let seen = self.seen.borrow();
        let (tasks, findings) = seen.as_ref().map_or((&[][..], None), |(tasks, found)| (tasks, Some(found)));
        let directory = root().join("target/chaos").join(format!("{}-{}", self.name, std::process::id()));
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join("history.jsonl"), lines(&self.history.events()))?;
        std::fs::write(directory.join("tasks.jsonl"), lines(tasks))?;
        let verdict = findings.map_or_else(
            || "the test ended before its history was judged\n".to_owned(),
            |found| found.iter().map(|finding| format!("{finding}\n")).collect(),
        );
        std::fs::write(directory.join("verdict.txt"), verdict)?;
        for (n, service) in self.services.iter().enumerate() {
            std::fs::write(directory.join(format!("server{n}.log")), service.log())?;
        }
        Ok(directory)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        match self.keep() {
            Ok(kept) => eprintln!("history, verdict and logs are in {}", kept.display()),
            Err(error) => eprintln!("the history could not be kept: {error}"),
        }
    }
}

fn lines(of: &[impl serde::Serialize]) -> String {
    of.iter().map(|one| serde_json::to_string(one).expect("plain data") + "\n").collect()
}
