use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::reply::Reply;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// This document
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "operators",
    responses((status = 200, description = "The OpenAPI 3.1 document of this service.", body = serde_json::Value)),
)]
pub(crate) async fn openapi(app: State<App>) -> Reply {
    Reply::of(StatusCode::OK, JSON, Body::from(app.document())).kept_once()
}
