use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Swarm, SwarmName};

use crate::app::App;
use crate::extract::{self, NoBody};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Let a swarm stand still
///
/// Claims get no tasks, and wait as long as they may; heartbeats and settlements go on as ever.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/pause",
    operation_id = "swarm_pause",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 200, description = "The swarm, now paused.", body = Swarm),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn pause(app: State<App>, swarm: extract::Swarm, _: NoBody) -> Result<Reply, Problem> {
    let swarm = app.queue().pause_swarm(&swarm.0).await?;
    Reply::json(StatusCode::OK, &swarm)
}
