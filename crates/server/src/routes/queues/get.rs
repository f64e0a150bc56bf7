use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Queue;

use crate::app::App;
use crate::extract::SwarmQueue;
use crate::problem::{CallProblems, Problem, QueueProblems};
use crate::reply::Reply;

/// Read a queue
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/queues/{queue}",
    operation_id = "queue_get",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "What is said of the queue, and what it holds.", body = Queue),
        QueueProblems, CallProblems,
    ),
)]
pub(crate) async fn get(app: State<App>, path: SwarmQueue) -> Result<Reply, Problem> {
    let queue = app.queue().get_queue(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &queue)
}
