use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Stats, SwarmName};

use crate::app::App;
use crate::extract;
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Count what a swarm holds
///
/// Tasks by state and queue, agents by status, rates over the last minute.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/stats",
    operation_id = "swarm_stats",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 200, description = "What the swarm holds, in numbers.", body = Stats),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn stats(app: State<App>, swarm: extract::Swarm) -> Result<Reply, Problem> {
    let stats = app.queue().swarm_stats(&swarm.0).await?;
    Reply::json(StatusCode::OK, &stats)
}
