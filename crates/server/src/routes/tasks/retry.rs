use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Retried, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{NoBody, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// Try a finished task again
///
/// Makes a failed or cancelled task ready again; its attempts start from 0, and those before stay readable. It waits anew
/// (`blocked`) for those tasks in its `depends_on` that are unfinished now; what has failed or is gone is no obstacle. Its own
/// `budget` counts from now on, those of its parents go on. A `deadline` that has passed is taken off: the task would fail
/// at once. One that is still to come holds.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/retry",
    operation_id = "task_retry",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    responses(
        (status = 200, description = "The task is `ready`, or `blocked`.", body = Retried),
        (status = 409, description = "`wrong_state`: only a failed or cancelled task can be retried. `duplicate`: another unfinished task has its `dedup_key`.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "`swarm_full`: the swarm has as many unfinished tasks as its `limits.max_tasks` allows.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn retry(app: State<App>, path: SwarmTask, _: NoBody) -> Result<Reply, Problem> {
    let answer = app.queue().retry(&path.swarm, path.id).await?;
    Reply::json(StatusCode::OK, &answer)
}
