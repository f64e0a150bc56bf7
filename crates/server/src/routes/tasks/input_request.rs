use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{InputRequest, InputRequested, OutcomeKind, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;
use crate::trace::Runs;

/// Ask a person
///
/// The task waits for an answer, held by nobody and in nobody's capacity; the attempt does not count. Sent again with
/// the same lease it is answered alike, with `"replayed": true`.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/input-request",
    operation_id = "task_input_request",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = InputRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "Where the task stands now.", body = InputRequested),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn input_request(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<InputRequest>,
) -> Result<Reply, Problem> {
    // The attempt ends as one that is given back.
    let ending = (path.id, body.0.lease.as_str(), OutcomeKind::Release);
    let mut runs = Runs::of(app.queue(), &path.swarm, [ending]);
    let answer = runs.until(app.queue_of(&caller).input_request(&path.swarm, path.id, body.0)).await?;
    runs.ended(path.id, answer.status, answer.replayed);
    Reply::json(StatusCode::OK, &answer)
}
