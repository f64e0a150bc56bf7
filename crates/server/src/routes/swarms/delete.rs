use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use waggle_task_queue::model::SwarmName;

use crate::app::App;
use crate::extract::{self, NoBody};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// A swarm that is gone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SwarmDeleted {
    /// Its name.
    name: SwarmName,
    /// Always `deleting`: its data is being cleared.
    status: &'static str,
}

/// Delete a swarm
///
/// With all that it holds. From now on there is no such swarm for any call, and claims that wait in it
/// are answered; its data is cleared in the background. A swarm of the same name can be made as soon
/// as that is done. Where a restore into a swarm broke off, this undoes it, for `default` too.
#[utoipa::path(
    delete,
    path = "/v1/swarms/{swarm}",
    operation_id = "swarm_delete",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 202, description = "The swarm is gone; its data is being cleared.", body = SwarmDeleted),
        (status = 409, description = "`default_swarm`: the swarm `default` cannot be deleted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(app: State<App>, swarm: extract::Swarm, _: NoBody) -> Result<Reply, Problem> {
    app.queue().delete_swarm(&swarm.0).await?;
    Reply::json(StatusCode::ACCEPTED, &SwarmDeleted { name: swarm.0, status: "deleting" })
}
