use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Swarm, SwarmName};

use crate::app::App;
use crate::extract;
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Look at a swarm
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}",
    operation_id = "swarm_get",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 200, description = "The swarm.", body = Swarm),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn get(app: State<App>, swarm: extract::Swarm) -> Result<Reply, Problem> {
    let swarm = app.queue().get_swarm(&swarm.0).await?;
    Reply::json(StatusCode::OK, &swarm)
}
