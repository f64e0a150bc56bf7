use axum::extract::State;
use axum::http::HeaderMap;
use waggle_task_queue::model::{self, StateEntry, StateKey, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Guard, RawJson, SwarmState, parse, require_merge_patch};
use crate::problem::{BodyProblems, CallProblems, Problem, StateWriteProblems};
use crate::reply::Reply;

/// Merge a patch into a key
///
/// The body is a merge patch (RFC 7396), an object: its members replace those of the value, a null removes one, and what
/// it does not name stays as it was written. A value that is no object is replaced; a key that does not exist is made of
/// the patch. The key expires when it would have.
#[utoipa::path(
    patch,
    path = "/v1/swarms/{swarm}/state/{key}",
    operation_id = "state_patch",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("key" = StateKey, Path, description = "The key, percent-encoded"),
        ("If-Match" = Option<String>, Header, description = "`\"7\"`, several such, or `*`: the key has to have one of these versions, or to exist"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: the key must not exist; `\"7\"`: it must not have this version"),
        ("X-Lease" = Option<String>, Header, description = "Id of a task, a space, the token of its lease, which has to be held"),
    ),
    request_body(content(
        (serde_json::Value = "application/merge-patch+json"),
        (serde_json::Value = "application/json"),
    )),
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
pub(crate) async fn patch(
    app: State<App>,
    caller: Caller,
    path: SwarmState,
    guard: Guard,
    headers: HeaderMap,
    body: RawJson,
) -> Result<Reply, Problem> {
    require_merge_patch(&headers)?;
    drop(headers);
    let patch: model::Json = parse(body.text()?)?;
    let (entry, created) = app.queue_of(&caller).patch_state(&path.swarm, path.key, &patch, &guard.0).await?;
    Ok(Reply::made(created, &entry)?.etag(entry.version))
}
