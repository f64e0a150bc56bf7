use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Heartbeat, Heartbeaten, SwarmName, TaskId};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, LeaseProblems, Problem};
use crate::reply::Reply;

/// Keep a lease alive
///
/// Extends the lease, tells how far the work is, and learns whether it shall stop. A lease never lasts longer than the
/// `timeout_ms` and the `deadline` of its task: the answer says until when.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/heartbeat",
    operation_id = "task_heartbeat",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Heartbeat, content_type = "application/json"),
    responses(
        (status = 200, description = "The extended lease, and whether the holder is asked to stop.", body = Heartbeaten),
        LeaseProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn heartbeat(
    app: State<App>,
    caller: Caller,
    path: SwarmTask,
    body: Json<Heartbeat>,
) -> Result<Reply, Problem> {
    body.0.check()?;
    let answer = app.queue_of(&caller).heartbeat(&path.swarm, path.id, body.0).await?;
    Reply::json(StatusCode::OK, &answer)
}
