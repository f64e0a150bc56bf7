use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::Replayed;

use crate::app::App;
use crate::extract::{NoBody, SwarmQueue};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Try the failed tasks of a queue again
///
/// Makes them ready, their attempts counted from 0. One whose `dedup_key` another unfinished task has, or that the swarm
/// has no room for, stays failed.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/queues/{queue}/replay",
    operation_id = "queue_replay",
    tag = "queues",
    params(SwarmQueue),
    responses(
        (status = 200, description = "How many are ready again; `more` when one request was not enough.", body = Replayed),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn replay(app: State<App>, path: SwarmQueue, _: NoBody) -> Result<Reply, Problem> {
    let answer = app.queue().replay(&path.swarm, &path.queue).await?;
    Reply::json(StatusCode::OK, &answer)
}
