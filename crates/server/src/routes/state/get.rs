use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{StateEntry, StateKey, SwarmName};

use crate::app::App;
use crate::extract::{Known, SwarmState};
use crate::problem::{CallProblems, Problem, StateProblems};
use crate::reply::Reply;

/// Read a key
///
/// The key is percent-encoded UTF-8. A slash in it may be encoded or not.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/state/{key}",
    operation_id = "state_get",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("key" = StateKey, Path, description = "The key, percent-encoded"),
        ("If-None-Match" = Option<String>, Header, description = "`\"7\"`: the answer is 304 as long as that is the key's version"),
    ),
    responses(
        (status = 200, description = "The key and its value.", body = StateEntry, headers(
            ("ETag" = String, description = "The version of its last change, in quotation marks"),
        )),
        (status = 304, description = "The key has the version named."),
        (status = 422, description = "`validation`: the key or a header cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        StateProblems, CallProblems,
    ),
)]
pub(crate) async fn get(app: State<App>, path: SwarmState, known: Known) -> Result<Reply, Problem> {
    let entry = app.queue().get_state(&path.swarm, path.key).await?;
    if known.0.name(Some(entry.version)) {
        return Ok(Reply::not_modified().etag(entry.version));
    }
    Ok(Reply::json(StatusCode::OK, &entry)?.etag(entry.version))
}
