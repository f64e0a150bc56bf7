use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{NewSwarm, Swarm, SwarmName};

use crate::app::App;
use crate::extract::{self, OptionalJson};
use crate::problem::{BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Make or change a swarm
///
/// The swarm `default` exists without being made. What is left out is unsaid: limits go back to none.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}",
    operation_id = "swarm_put",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    request_body(content = Option<NewSwarm>, content_type = "application/json"),
    responses(
        (status = 201, description = "The swarm, now made.", body = Swarm, headers(
            ("Location" = String, description = "Path of the swarm"),
        )),
        (status = 200, description = "The swarm, which existed already.", body = Swarm),
        (status = 409, description = "`swarm_closed`: an earlier swarm of this name is being cleared, or one is being restored; come back after `Retry-After`.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 414, description = "`too_large`: the address is too long.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    swarm: extract::Swarm,
    body: OptionalJson<NewSwarm>,
) -> Result<Reply, Problem> {
    let (made, created) = app.queue().put_swarm(&swarm.0, body.0).await?;
    if created {
        return Ok(Reply::json(StatusCode::CREATED, &made)?.location(&format!("/v1/swarms/{}", swarm.0)));
    }
    Reply::json(StatusCode::OK, &made)
}
