//! What a run that failed leaves behind.

use std::path::PathBuf;

use serde_json::Value;

use super::{Event, Finding};
use crate::{Service, root};

/// Writes the history, what was there in the end, the verdict and the ends of the services' logs into a directory of
/// `target/chaos/`; its path.
pub fn keep(
    name: &str,
    events: &[Event],
    tasks: &[Value],
    findings: &[Finding],
    services: &[&Service],
) -> std::io::Result<PathBuf> {
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let directory = root().join("target/chaos").join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("history.jsonl"), lines(events))?;
    std::fs::write(directory.join("tasks.jsonl"), lines(tasks))?;
    let verdict: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    std::fs::write(directory.join("verdict.txt"), verdict)?;
    for (n, service) in services.iter().enumerate() {
        std::fs::write(directory.join(format!("server{n}.log")), service.log())?;
    }
    Ok(directory)
}

fn lines(of: &[impl serde::Serialize]) -> String {
    of.iter().map(|one| serde_json::to_string(one).expect("plain data") + "\n").collect()
}
