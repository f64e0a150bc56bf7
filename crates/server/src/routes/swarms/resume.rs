use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Swarm, SwarmName};

use crate::app::App;
use crate::extract::{self, NoBody};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Let a paused swarm go on
///
/// Claims that wait get their tasks at once.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/resume",
    operation_id = "swarm_resume",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 200, description = "The swarm, which goes on.", body = Swarm),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn resume(app: State<App>, swarm: extract::Swarm, _: NoBody) -> Result<Reply, Problem> {
    let swarm = app.queue().resume_swarm(&swarm.0).await?;
    Reply::json(StatusCode::OK, &swarm)
}
