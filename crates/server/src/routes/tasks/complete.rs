use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Complete, Completed, OutcomeKind, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;
use crate::trace::Runs;

/// Complete a task
///
/// Ends the attempt well. Sent again with the same lease it is answered alike, with `"replayed": true`.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/complete",
    operation_id = "task_complete",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Complete, content_type = "application/json"),
    responses(
        (status = 200, description = "The task is completed.", body = Completed),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn complete(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<Complete>,
) -> Result<Reply, Problem> {
    let ending = (path.id, body.0.lease.as_str(), OutcomeKind::Complete);
    let mut runs = Runs::of(app.queue(), &path.swarm, [ending]);
    let answer = runs.until(app.queue_of(&caller).complete(&path.swarm, path.id, body.0)).await?;
    runs.ended(path.id, answer.status, answer.replayed);
    Reply::json(StatusCode::OK, &answer)
}
