use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{AttemptRecord, Page, SwarmName, TaskId};

use crate::app::App;
use crate::extract::SwarmTask;
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// Read a task's attempts
///
/// Who tried, when, and how it ended, the eldest first: the last 100 that have ended, and the one that goes on, with
/// `ended_at` and `outcome` null. After a release the next attempt has the same number; after a retry they start from 1
/// again, and those before are still there. They are forgotten with the task. All are on one page.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks/{id}/attempts",
    operation_id = "task_attempts",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    responses(
        (status = 200, description = "The attempts.", body = Page<AttemptRecord>),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn attempts(app: State<App>, path: SwarmTask) -> Result<Reply, Problem> {
    let attempts = app.queue().attempts(&path.swarm, path.id).await?;
    Reply::json(StatusCode::OK, &attempts)
}
