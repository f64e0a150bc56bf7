use axum::extract::State;
use waggle_task_queue::model::{StateKey, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Guard, SwarmState};
use crate::problem::{CallProblems, Problem, StateWriteProblems};
use crate::reply::Reply;

/// Delete a key
///
/// A deletion takes a version as every change does, and whoever watches hears of it.
#[utoipa::path(
    delete,
    path = "/v1/swarms/{swarm}/state/{key}",
    operation_id = "state_delete",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("key" = StateKey, Path, description = "The key, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "`\"7\"`, several such, or `*`: the key has to have one of these versions, or to exist"),
        ("If-None-Match" = Option<String>, Header, description = "`\"7\"`: the key must not have this version"),
        ("X-Lease" = Option<String>, Header, description = "Id of a task, a space, the token of its lease, which has to be held"),
    ),
    responses(
        (status = 204, description = "The key is gone."),
        (status = 422, description = "`validation`: the key or a header cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        StateWriteProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(
    app: State<App>,
    caller: Caller,
    path: SwarmState,
    guard: Guard,
) -> Result<Reply, Problem> {
    app.queue_of(&caller).delete_state(&path.swarm, path.key, &guard.0).await?;
    Ok(Reply::no_content())
}
