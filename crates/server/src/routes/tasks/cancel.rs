use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Cancelled, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{Nothing, OptionalJson, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// Cancel a task
///
/// A task nobody holds is cancelled at once. The holder of a running one learns it at its next
/// heartbeat; what it completes until then stands.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/cancel",
    operation_id = "task_cancel",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    responses(
        (status = 200, description = "The task is cancelled, or its holder is asked to stop.", body = Cancelled),
        (status = 409, description = "`already_finished`: the task has finished in another way.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn cancel(
    app: State<App>,
    path: SwarmTask,
    _: OptionalJson<Option<Nothing>>,
) -> Result<Reply, Problem> {
    let answer = app.queue().cancel(&path.swarm, path.id).await?;
    Reply::json(StatusCode::OK, &answer)
}
