//! Whether everything in the store stands as it does in the model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use waggle_task_queue::Error;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::{Json, ListQuery, Stamp, Status, TaskFilter, TaskId};

use super::Case;
use crate::model::{AGENTS, Model, Outcome, QUEUES, Task};

/// Whether the lists are kept, by state; the other two are not set yet.
const LISTED: [Status; 6] =
    [Status::Running, Status::Ready, Status::Scheduled, Status::Failed, Status::Cancelled, Status::Completed];

impl Case {
    pub(super) async fn compare_tasks(&self, model: &Model) {
        let reads = self.ids.iter().map(|id| self.backend.queue.get(&self.swarm, *id, Duration::ZERO));
        let found = futures_util::future::join_all(reads).await;
        for (number, (found, task)) in found.into_iter().zip(&model.tasks).enumerate() {
            match found {
                Err(Error::TaskNotFound(_)) => assert!(task.gone, "task {number} is gone: {task:?}"),
                found => assert_eq!(seen(found.unwrap()), expected(task), "task {number}: {task:?}"),
            }
        }
    }

    pub(super) fn compare_arrows(&self, model: &Model) {
        for (number, queue) in QUEUES.iter().enumerate() {
            let counted: BTreeMap<String, u64> =
                self.backend.server.query(&format!("HGETALL wg:{{{}}}:q:{queue}", self.swarm));
            let counted: BTreeMap<_, _> =
                counted.iter().filter_map(|(arrow, times)| Some((arrow.split_once('>')?, *times))).collect();
            let expected = model.arrows.iter().filter(|((queue, ..), _)| *queue == number);
            let expected: BTreeMap<_, _> =
                expected.map(|((_, from, to), times)| ((*from, *to), *times)).collect();
            assert_eq!(counted, expected, "arrows of queue {queue}");
            let seen = counted.keys().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
            self.backend.arrows.borrow_mut().extend(seen);
        }
    }

    /// Each task is listed in its state, once, and nowhere else.
    pub(super) async fn compare_lists(&self, model: &Model) {
        for status in LISTED {
            let mut listed = Vec::new();
            let mut query = ListQuery {
                filter: TaskFilter { status: Some(status), ..TaskFilter::default() },
                limit: Some(PAGE_MAX),
                cursor: None,
            };
            loop {
                let page = self.backend.queue.list(&self.swarm, query.clone()).await.unwrap();
                listed.extend(page.items.iter().map(|task| task.id));
                query.cursor = page.next_cursor;
                if query.cursor.is_none() {
                    break;
                }
            }
            let expected: BTreeSet<TaskId> = model.standing(status).map(|number| self.ids[number]).collect();
            assert_eq!(listed.len(), expected.len(), "{status:?} tasks");
            assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected, "{status:?} tasks");
        }
    }
}

/// What can be seen of a task and changes.
#[derive(Debug, PartialEq)]
struct Stand {
    status: Status,
    attempt: u32,
    agent: Option<String>,
    cancel_requested: bool,
    times: [Option<i64>; 6],
    result: Option<String>,
    error: Option<String>,
    progress: Option<String>,
}

fn seen(task: waggle_task_queue::model::Task) -> Stand {
    let text = |json: Option<Json>| json.map(|json| json.as_str().to_owned());
    let created = Some(task.created_at);
    let times =
        [created, task.run_at, task.started_at, task.finished_at, task.lease_expires_at, task.deadline];
    Stand {
        status: task.status,
        attempt: task.attempt,
        agent: task.agent.map(|agent| agent.to_string()),
        cancel_requested: task.cancel_requested,
        times: times.map(|at| at.map(|Stamp(ms)| ms)),
        result: text(task.result),
        error: text(task.error),
        progress: text(task.progress),
    }
}

fn expected(task: &Task) -> Stand {
    let running = task.status == Status::Running;
    let lease = running.then_some(task.expires_at);
    let (result, error) = match task.outcome {
        Some(Outcome::Result(number)) => (Some(number.to_string()), None),
        Some(Outcome::Error) => (None, Some(r#"{"message":"no luck"}"#.to_owned())),
        Some(Outcome::LeaseExpired) => {
            let error =
                r#"{"message":"the lease ended without a word from its holder","kind":"lease_expired"}"#;
            (None, Some(error.to_owned()))
        }
        Some(Outcome::TimedOut) => (
            None,
            Some(r#"{"message":"the attempt took longer than its timeout_ms","kind":"timeout"}"#.to_owned()),
        ),
        Some(Outcome::DeadlinePassed) => {
            let error = r#"{"message":"the deadline passed before the task was done","kind":"deadline"}"#;
            (None, Some(error.to_owned()))
        }
        None => (None, None),
    };
    Stand {
        status: task.status,
        attempt: task.attempt,
        agent: task.holder.or(task.new.agent).map(|agent| AGENTS[agent].to_owned()),
        cancel_requested: running && task.cancel_requested,
        times: [Some(task.created_at), task.run_at, task.started_at, task.finished_at, lease, task.deadline],
        result,
        error,
        progress: task.progress.map(|number| number.to_string()),
    }
}
