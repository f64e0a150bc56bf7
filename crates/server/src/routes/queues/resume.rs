use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Queue;

use crate::app::App;
use crate::extract::{NoBody, SwarmQueue};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Resume a queue
///
/// It goes on after a pause or a drain, and claims that wait for it look again.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/queues/{queue}/resume",
    operation_id = "queue_resume",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "The queue, which hands tasks out and takes tasks in.", body = Queue),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn resume(app: State<App>, path: SwarmQueue, _: NoBody) -> Result<Reply, Problem> {
    let queue = app.queue().resume_queue(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &queue)
}
