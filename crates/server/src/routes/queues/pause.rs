use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Queue;

use crate::app::App;
use crate::extract::{NoBody, SwarmQueue};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Pause a queue
///
/// It hands nothing out, and claims wait as long as they may; submits, heartbeats and settlements go on as ever. The
/// queue need not have held a task before.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/queues/{queue}/pause",
    operation_id = "queue_pause",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "The queue, now paused.", body = Queue),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn pause(app: State<App>, path: SwarmQueue, _: NoBody) -> Result<Reply, Problem> {
    let queue = app.queue().pause_queue(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &queue)
}
