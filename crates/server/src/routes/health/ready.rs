use axum::extract::State;
use axum::http::StatusCode;
use waggle_core::{Error as Backend, NotReady};
use waggle_task_queue::Error;
use waggle_task_queue::model::SwarmName;

use super::live::Health;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::reply::Reply;

/// Would a claim work now?
///
/// Asks Redis, once a second at most: reachable, functions loaded, `maxmemory-policy noeviction`, its
/// disk writable; and runs one function that changes nothing.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "health_ready",
    tag = "operators",
    responses(
        (status = 200, description = "It would.", body = Health),
        (status = 503, description = "It would not; `code` names what is missing: `backend_unavailable`, \
            `backend_access_denied`, `backend_busy`, `functions_missing`, `unsafe_eviction_policy`, `persistence_failing`, `draining`.",
            body = ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn ready(app: State<App>) -> Result<Reply, Problem> {
    if app.is_draining() {
        return Err(Problem::draining());
    }
    app.queue().redis().check().await.map_err(|found| missing(&app, &found))?;
    // A node of a cluster that is down answers questions about itself; it does not run functions.
    app.queue().get_swarm(&SwarmName::default()).await.map_err(|error| refused(&app, error))?;
    app.missing(None);
    Reply::json(StatusCode::OK, &Health { status: "ready" })
}

/// A user that was changed since the last look; what else can go wrong is said as everywhere.
fn refused(app: &App, error: Error) -> Problem {
    match error {
        Error::Redis(error @ Backend::Access { .. }) => {
            missing(app, &NotReady { code: "backend_access_denied", detail: error.to_string() })
        }
        other => other.into(),
    }
}

/// What Redis itself said stays in the log. It is said there once, however often a probe comes.
fn missing(app: &App, found: &NotReady) -> Problem {
    if app.missing(Some(found.code)) {
        tracing::warn!(code = found.code, detail = found.detail, "not ready");
    }
    let detail = match found.code {
        "backend_unavailable" => "Redis cannot be reached",
        "backend_access_denied" => {
            "Redis does not know the service's user or password, or does not let it do all it has to: the log says what \
             is missing, `waggle redis-acl` prints the user that the service needs"
        }
        "backend_busy" => return Problem::not_ready(found.code, found.detail.clone()),
        "functions_missing" => "the function library is missing in Redis and cannot be loaded",
        "unsafe_eviction_policy" => "Redis may delete tasks: set its maxmemory-policy to noeviction",
        "persistence_failing" => "Redis cannot write to its disk: make room",
        _ => "Redis is not as it has to be",
    };
    Problem::not_ready(found.code, detail)
}
