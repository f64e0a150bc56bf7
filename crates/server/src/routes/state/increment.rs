use axum::extract::State;
use waggle_task_queue::model::{Increment, StateEntry, StateKey, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Guard, IdempotencyKey, OptionalJson, SwarmCounter};
use crate::problem::{BodyProblems, CallProblems, Problem, StateWriteProblems};
use crate::reply::Reply;

/// Add to a number
///
/// A key that does not exist counts as 0. Whole numbers are exact up to 2^53 - 1 either way, and nothing is counted
/// beyond. The key expires when it would have. With an `Idempotency-Key`, or with `If-Match`, the same request may be
/// repeated without counting twice.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/state/{key}/increment",
    operation_id = "state_increment",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("key" = StateKey, Path, description = "The key, percent-encoded"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body within 24 hours get the first answer again"),
        ("If-Match" = Option<String>, Header, description = "`\"7\"`, several such, or `*`: the key has to have one of these versions, or to exist"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: the key must not exist; `\"7\"`: it must not have this version"),
        ("X-Lease" = Option<String>, Header, description = "Id of a task, a space, the token of its lease, which has to be held"),
    ),
    request_body(content = Option<Increment>, content_type = "application/json"),
    responses(
        (status = 200, description = "The key with the sum.", body = StateEntry, headers(
            ("ETag" = String, description = "The new version, in quotation marks"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
        )),
        (status = 201, description = "The key, which is new.", body = StateEntry, headers(
            ("ETag" = String, description = "The new version, in quotation marks"),
        )),
        StateWriteProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn increment(
    app: State<App>,
    caller: Caller,
    path: SwarmCounter,
    guard: Guard,
    key: IdempotencyKey,
    body: OptionalJson<Increment>,
) -> Result<Reply, Problem> {
    let idempotency = key.with_body(body.0.by.to_string().as_bytes());
    let answer =
        app.queue_of(&caller).increment_state(&path.swarm, path.key, body.0, &guard.0, idempotency).await?;
    let entry = &answer.entry;
    Ok(Reply::made(answer.created, entry)?.etag(entry.version).replayed(answer.replayed))
}
