use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{AppendOutput, Appended, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;

/// Stream output
///
/// Adds a chunk to the output of the task, which can be read while it runs and after it. The last 1,000 chunks and 1 MiB
/// of them are kept. It does not extend the lease. Sent again after an unknown outcome, the chunk may be there twice.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/output",
    operation_id = "task_append_output",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = AppendOutput, content_type = "application/json"),
    responses(
        (status = 200, description = "The number of the chunk.", body = Appended),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn append_output(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<AppendOutput>,
) -> Result<Reply, Problem> {
    let answer = app.queue_of(&caller).append_output(&path.swarm, path.id, body.0).await?;
    Reply::json(StatusCode::OK, &answer)
}
