use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Purged;

use crate::app::App;
use crate::extract::{NoBody, SwarmQueue};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Empty a queue
///
/// Deletes its ready, scheduled and blocked tasks wholly. Running and finished ones stay, and those that wait for a
/// person. A queue that nobody knows has none.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/queues/{queue}/purge",
    operation_id = "queue_purge",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "How many were deleted; `more` when one request was not enough.", body = Purged),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn purge(app: State<App>, path: SwarmQueue, _: NoBody) -> Result<Reply, Problem> {
    let answer = app.queue().purge(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &answer)
}
