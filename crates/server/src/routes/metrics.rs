use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use metrics::gauge;

use crate::app::App;
use crate::metrics::IN_FLIGHT_BYTES;
use crate::reply::Reply;

const TEXT_FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Metrics in the text format of Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "operators",
    responses((status = 200, description = "All metrics of this server.", body = String, content_type = "text/plain")),
)]
pub(crate) async fn metrics(app: State<App>) -> Reply {
    app.queue().redis().refresh_metrics();
    gauge!(IN_FLIGHT_BYTES).set(app.in_flight().bytes() as f64);
    Reply::of(StatusCode::OK, TEXT_FORMAT, Body::from(app.metrics().render()))
}
