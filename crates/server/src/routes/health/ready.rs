use axum::extract::State;
use axum::http::StatusCode;

use super::live::Health;
use crate::app::App;
use crate::problem::Problem;
use crate::reply::Reply;

/// Would a claim work now?
///
/// Asks Redis: reachable, functions loaded, `maxmemory-policy noeviction`, append-only file writable.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "health_ready",
    tag = "operators",
    responses(
        (status = 200, description = "It would.", body = Health),
        (status = 503, description = "It would not; `code` and `detail` name what is missing.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn ready(app: State<App>) -> Result<Reply, Problem> {
    if app.is_draining() {
        return Err(Problem::draining());
    }
    let missing = app.queue().redis().check().await;
    missing.map_err(|missing| Problem::not_ready(missing.code, missing.detail))?;
    Reply::json(StatusCode::OK, &Health { status: "ready" })
}
