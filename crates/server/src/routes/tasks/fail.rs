use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Fail, Failed, OutcomeKind, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;
use crate::trace::Runs;

/// Fail an attempt
///
/// Ends the attempt badly. The task is tried again after its backoff while attempts are left and
/// `retryable` is true. Sent again with the same lease it is answered alike, with `"replayed": true`.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/fail",
    operation_id = "task_fail",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Fail, content_type = "application/json"),
    responses(
        (status = 200, description = "Where the task stands now, and when it will be tried again.", body = Failed),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn fail(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<Fail>,
) -> Result<Reply, Problem> {
    let ending = (path.id, body.0.lease.as_str(), OutcomeKind::Fail);
    let mut runs = Runs::of(app.queue(), &path.swarm, [ending]);
    let answer = runs.until(app.queue_of(&caller).fail(&path.swarm, path.id, body.0)).await?;
    runs.ended(path.id, answer.status, answer.replayed);
    Reply::json(StatusCode::OK, &answer)
}
