//! Does one thing to many tasks: `lua/task_act.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    list::add_filter,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::{ACTION_TASKS_DEFAULT, ACTION_TASKS_MAX},
    metrics::{self, TaskEvent},
    model::{Acted, Action, Invalid, Status, SwarmName, TaskFilter},
    store::Reader,
};

const FUNCTION: &str = function!("task_act");
/// The same where memory is full.
const FREEING: &str = function!("task_act_freeing");
/// Tasks one call treats, fewer where they have tags, and looks at: bounds its time in Redis.
const TASKS: usize = 100;
const LOOK: usize = 200;
/// Calls of one request: what matches nothing is passed over, and there may be much of it.
const CALLS: usize = 3_000;

/// What one call did.
struct Step {
    after: String,
    matched: usize,
    changed: usize,
    cancelled: usize,
}

impl TaskQueue {
    /// Cancels, retries or deletes the tasks of a filter, `limit` of them at most, in steps of bounded length: tasks
    /// that come meanwhile may or may not be among them. A task that cannot be treated so, as a running one cannot be
    /// deleted, counts as matched and stays as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty filter or a limit, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn act(
        &self,
        swarm: &SwarmName,
        action: Action,
        filter: &TaskFilter,
        limit: Option<usize>,
    ) -> Result<Acted, Error> {
        let limit = checked(filter, limit)?;
        let mut acted = Acted::default();
        let named = filter.status.map(|status| [status]);
        let mut calls = 0;
        for status in named.as_ref().map_or(action.states(), |one| one.as_slice()) {
            let mut after = String::new();
            loop {
                calls += 1;
                if calls > CALLS {
                    return Ok(Acted { more: true, ..acted });
                }
                // One more is looked for, so that the answer can tell.
                let left = limit - acted.matched;
                let step = self.step(swarm, action, *status, filter, left.min(TASKS), &after).await;
                let Some(step) = Error::unless_begun(step, acted.changed > 0)? else {
                    return Ok(Acted { more: true, ..acted });
                };
                if left == 0 && step.matched > 0 {
                    return Ok(Acted { more: true, ..acted });
                }
                acted.matched += step.matched;
                acted.changed += step.changed;
                count(action, &step);
                after = step.after;
                if after.is_empty() {
                    break;
                }
            }
        }
        Ok(acted)
    }

    /// Treats so many of the tasks that fit; 0 looks for one more.
    async fn step(
        &self,
        swarm: &SwarmName,
        action: Action,
        status: Status,
        filter: &TaskFilter,
        want: usize,
        after: &str,
    ) -> Result<Step, Error> {
        let mut call = Call::new(if action == Action::Retry { FUNCTION } else { FREEING }, &root(swarm));
        call.arg(action.as_str()).arg(status.as_str()).arg(want).arg(LOOK).arg(after);
        add_filter(&mut call, filter);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        Ok(Step {
            after: reply.text()?,
            matched: reply.count()?,
            changed: reply.count()?,
            cancelled: reply.count()?,
        })
    }
}

fn checked(filter: &TaskFilter, limit: Option<usize>) -> Result<usize, Invalid> {
    if filter.is_empty() {
        return Err(Invalid::field(
            "/filter",
            "name at least one of status, queue, type, tag, agent, parent",
        ));
    }
    let limit = limit.unwrap_or(ACTION_TASKS_DEFAULT);
    if !(1..=ACTION_TASKS_MAX).contains(&limit) {
        return Err(Invalid::field("/limit", format!("1 to {ACTION_TASKS_MAX}")));
    }
    Ok(limit)
}

fn count(action: Action, step: &Step) {
    match action {
        Action::Cancel => metrics::tasks(TaskEvent::Cancelled, step.cancelled),
        Action::Retry => metrics::tasks(TaskEvent::Retried, step.changed),
        Action::Delete => metrics::tasks(TaskEvent::Deleted, step.changed),
    }
}
