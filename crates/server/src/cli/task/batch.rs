//! `waggle task submit --lines` and `--batch`: many tasks, a thousand a request.

use std::process::ExitCode;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use waggle_task_queue::{
    limits::BATCH_TASKS,
    model::{Json, TaskId},
};

use super::{template, template::Template};
use crate::cli::{
    client::{Call, Problem, json},
    print,
    service::Service,
    source,
};

/// Bytes of tasks in one request: with the frame around them, less than the 1 MiB a service takes by default.
const BATCH_BYTES: usize = 768 * 1_024;

/// Submits one task for each line of `name`, with the line as its payload.
///
/// # Errors
/// When the lines cannot be read, or the service refuses a batch as a whole or cannot be reached.
pub(super) async fn lines(
    service: &Service,
    key: &str,
    name: &str,
    fields: &Template,
) -> anyhow::Result<ExitCode> {
    let task = |line: &str| {
        let payload = template::string(line)?;
        Json::parse(serde_json::to_string(&fields.fill(Some(&payload)))?)
    };
    submit(service, key, name, task).await
}

/// Submits one task for each line of `name`, which is the whole task.
///
/// # Errors
/// As [`lines`], and when a line is not JSON.
pub(super) async fn tasks(service: &Service, key: &str, name: &str) -> anyhow::Result<ExitCode> {
    submit(service, key, name, |line| Json::parse(line.to_owned())).await
}

/// Empty lines carry no task. Each batch has an idempotency key of its own, which a second run with
/// the same `key` and the same lines uses again.
async fn submit(
    service: &Service,
    key: &str,
    name: &str,
    task: impl Fn(&str) -> serde_json::Result<Json>,
) -> anyhow::Result<ExitCode> {
    let mut batches = Batches { service, key, sent: 0, requests: 0, refused: 0 };
    let (mut waiting, mut bytes) = (Vec::new(), 0);
    for (at, line) in source::lines(name)?.enumerate() {
        let line = line.with_context(|| format!("line {} of {name} cannot be read", at + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let next = task(&line).with_context(|| format!("line {} of {name} is not JSON", at + 1))?;
        if waiting.len() == BATCH_TASKS || bytes + next.as_bytes().len() > BATCH_BYTES {
            batches.send(&std::mem::take(&mut waiting)).await?;
            bytes = 0;
        }
        bytes += next.as_bytes().len();
        waiting.push(next);
    }
    batches.send(&waiting).await?;
    Ok(if batches.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Batches<'a> {
    service: &'a Service,
    key: &'a str,
    sent: usize,
    requests: usize,
    refused: usize,
}

impl Batches<'_> {
    /// Sends one batch, prints a line for each task accepted and says why each other one was not.
    async fn send(&mut self, tasks: &[Json]) -> anyhow::Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        let key = format!("{}.{}", self.key, self.requests);
        let call = Call::post("/tasks/batch").idempotency_key(key).json(&BatchRequest { tasks })?;
        let answer: BatchAnswer = json(&self.service.call(&call).await?)?;
        for mut result in answer.results {
            result.index += self.sent;
            self.refused += usize::from(result.problem.is_some());
            match &result.problem {
                Some(problem) => eprintln!("waggle: task {} is refused: {problem}", result.index),
                None => print::value(&serde_json::to_vec(&result)?)?,
            }
        }
        self.requests += 1;
        self.sent += tasks.len();
        Ok(())
    }
}

#[derive(Serialize)]
struct BatchRequest<'a> {
    tasks: &'a [Json],
}

#[derive(Deserialize)]
struct BatchAnswer {
    results: Vec<ItemAnswer>,
}

/// What became of one task; `index` is its place among all tasks of the input.
#[derive(Serialize, Deserialize)]
struct ItemAnswer {
    index: usize,
    status: u16,
    id: Option<TaskId>,
    #[serde(skip_serializing)]
    problem: Option<Problem>,
}
