use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{OutcomeKind, Release, Released, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;
use crate::trace::Runs;

/// Give a task back
///
/// The attempt does not count: the next claim has the same number and another lease. Sent again with
/// the same lease it is answered alike, with `"replayed": true`.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/release",
    operation_id = "task_release",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Release, content_type = "application/json"),
    responses(
        (status = 200, description = "Where the task stands now.", body = Released),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn release(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<Release>,
) -> Result<Reply, Problem> {
    let ending = (path.id, body.0.lease.as_str(), OutcomeKind::Release);
    let mut runs = Runs::of(app.queue(), &path.swarm, [ending]);
    let answer = runs.until(app.queue_of(&caller).release(&path.swarm, path.id, body.0)).await?;
    runs.ended(path.id, answer.status, answer.replayed);
    Reply::json(StatusCode::OK, &answer)
}
