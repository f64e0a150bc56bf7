use axum::http::StatusCode;
use serde::Serialize;

use crate::problem::Problem;
use crate::reply::Reply;

/// Where the service stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `live` or `ready`.
    #[schema(value_type = String, example = "ready")]
    pub(super) status: &'static str,
}

/// Is the process alive?
///
/// Says nothing about Redis: restarting the service would not help Redis.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "health_live",
    tag = "operators",
    responses((status = 200, description = "It is.", body = Health)),
)]
pub(crate) async fn live() -> Result<Reply, Problem> {
    Reply::json(StatusCode::OK, &Health { status: "live" })
}
