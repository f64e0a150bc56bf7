//! Counts tasks: `lua/task_count.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{Invalid, Status, SwarmName, TaskCount, TaskFilter},
    store::{Reader, stand_in},
};

const FUNCTION: &str = function!("task_count");
/// The states in the order in which the function tells of them.
const TOLD: [Status; 8] = [
    Status::Blocked,
    Status::Scheduled,
    Status::Ready,
    Status::Running,
    Status::InputRequired,
    Status::Completed,
    Status::Failed,
    Status::Cancelled,
];

impl TaskQueue {
    /// Counts tasks, exactly and without looking at any: all of them, or those of one queue, type, tag, parent or agent,
    /// and of these perhaps those in one state. What an agent has completed is not counted.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a filter that names more than that, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn count(&self, swarm: &SwarmName, filter: &TaskFilter) -> Result<TaskCount, Error> {
        let (kind, value) = counted(filter)?;
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(kind).arg(value);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let by_agent = filter.agent.is_some();
        let not_counted = if by_agent { vec![Status::Completed] } else { Vec::new() };
        let mut count = TaskCount { not_counted, ..TaskCount::default() };
        for status in TOLD {
            let tasks = u64::try_from(reply.count()?).unwrap_or(0);
            if filter.status.is_none_or(|only| only == status) {
                *count.by_status.of(status) = tasks;
                count.total += tasks;
            }
        }
        Ok(count)
    }
}

/// What is counted by: a letter and the value.
fn counted(filter: &TaskFilter) -> Result<(&'static str, String), Invalid> {
    let by = [
        ("q", filter.queue.as_ref().map(|queue| queue.as_str().to_owned()), "/queue"),
        ("t", filter.kind.as_ref().map(stand_in), "/type"),
        ("g", filter.tag.as_ref().map(|tag| tag.as_str().to_owned()), "/tag"),
        ("p", filter.parent.map(|id| id.to_string()), "/parent"),
        ("a", filter.agent.as_ref().map(|agent| agent.as_str().to_owned()), "/agent"),
    ];
    let countable = "queue, type, tag, parent and agent can be counted, one of them at a time, with or without a status: list the tasks instead";
    if filter.agent.is_some() && filter.status == Some(Status::Completed) {
        let instead = "what an agent has completed is not counted by it: GET …/agents/{agent} says how often it has completed one";
        return Err(Invalid::field("/status", instead));
    }
    let mut named = by.into_iter().filter_map(|(kind, value, at)| value.map(|value| (kind, value, at)));
    let (kind, value, _) = named.next().unwrap_or(("", String::new(), ""));
    match named.next() {
        Some((_, _, pointer)) => Err(Invalid::field(pointer, countable)),
        None => Ok((kind, value)),
    }
}
