use axum::extract::State;
use waggle_task_queue::model::{PutState, StateEntry, StateKey, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Enveloped, Guard, SwarmState};
use crate::problem::{BodyProblems, CallProblems, Problem, StateWriteProblems};
use crate::reply::Reply;

/// Set a key
///
/// Without a condition the last writer wins. With `If-Match` the key is set only while it has the version named, so that
/// of two who read the same value one is told to read again; with `If-None-Match: *` only while it does not exist. With
/// `X-Lease` it is set only while that lease is held, and its agent is the writer.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/state/{key}",
    operation_id = "state_put",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("key" = StateKey, Path, description = "The key, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "`\"7\"`, several such, or `*`: the key has to have one of these versions, or to exist"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: the key must not exist; `\"7\"`: it must not have this version"),
        ("X-Lease" = Option<String>, Header, description = "Id of a task, a space, the token of its lease, which has to be held"),
    ),
    request_body(content = PutState, content_type = "application/json"),
    responses(
        (status = 200, description = "The key, changed.", body = StateEntry, headers(
            ("ETag" = String, description = "The new version, in quotation marks"),
        )),
        (status = 201, description = "The key, which is new.", body = StateEntry, headers(
            ("ETag" = String, description = "The new version, in quotation marks"),
        )),
        StateWriteProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    caller: Caller,
    path: SwarmState,
    guard: Guard,
    body: Enveloped<PutState>,
) -> Result<Reply, Problem> {
    let (entry, created) = app.queue_of(&caller).put_state(&path.swarm, path.key, body.0, &guard.0).await?;
    Ok(Reply::made(created, &entry)?.etag(entry.version))
}
