use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Queue;

use crate::app::App;
use crate::extract::{NoBody, SwarmQueue};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Drain a queue
///
/// It hands out what it has and takes nothing in: submits are refused with 409 `queue_draining`, and tasks that come back
/// are handed out as ever.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/queues/{queue}/drain",
    operation_id = "queue_drain",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "The queue, which takes nothing in.", body = Queue),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn drain(app: State<App>, path: SwarmQueue, _: NoBody) -> Result<Reply, Problem> {
    let queue = app.queue().drain_queue(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &queue)
}
