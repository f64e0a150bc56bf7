use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::perf::report::Alert;
use crate::problem::{CallProblems, Problem};
use crate::reply::Reply;

/// Alerts that stand, and those that did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AlertList {
    /// Pending and firing, the worst first.
    active: Vec<Alert>,
    /// Those that fired or were resolved since this server started, the newest first; 200 at most.
    history: Vec<Alert>,
}

/// Alerts
///
/// What an operator of this server should know, judged at each refresh (`perf.refresh_ms`): an alert is pending when its
/// threshold holds for the first time, firing when it has held for two refreshes, and resolved when it has not for two.
/// What cannot be measured changes nothing.
#[utoipa::path(
    get,
    path = "/perf/alerts",
    operation_id = "perf_alerts",
    tag = "operators",
    responses((status = 200, description = "The alerts of this server.", body = AlertList), CallProblems),
)]
pub(crate) async fn alerts(app: State<App>) -> Result<Reply, Problem> {
    let alerts = app.monitor().alerts();
    Reply::json(StatusCode::OK, &AlertList { active: alerts.active(), history: alerts.history() })
}
