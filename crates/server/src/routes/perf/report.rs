use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_core::perf::LONGEST_SECONDS;

use crate::app::App;
use crate::extract::{Accept, Query};
use crate::perf::report::{Report, Scope, text};
use crate::problem::{Problem, ProblemBody};
use crate::reply::Reply;

/// The shortest window, in milliseconds.
const WINDOW_MS_MIN: u64 = 1_000;
/// The longest one.
const WINDOW_MS_MAX: u64 = LONGEST_SECONDS * 1_000;
const WINDOW_MS_DEFAULT: u64 = 60_000;

/// Which time a report speaks of, and of whom.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportParams {
    /// The time it looks back, 1,000 to 600,000 milliseconds; default 60,000. What is older than a minute is kept in
    /// stretches of 20 seconds.
    #[param(minimum = 1_000, maximum = 600_000)]
    window_ms: Option<u64>,
    /// `node` (default): this server; `fleet`: all servers on the same Redis, their histograms merged.
    #[param(inline)]
    scope: Scope,
}

/// How the service is doing
///
/// What was not measured is null, never 0. Where Redis is away the server's own part is told, and `missing` names the
/// rest. With `Accept: text/plain` the same as a table for people.
#[utoipa::path(
    get,
    path = "/perf/report",
    operation_id = "perf_report",
    tag = "operators",
    params(ReportParams),
    responses(
        (status = 200, description = "The report.", content((Report = "application/json"), (String = "text/plain"))),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn report(
    app: State<App>,
    query: Query<ReportParams>,
    accept: Accept,
) -> Result<Reply, Problem> {
    let window_ms = query.0.window_ms.unwrap_or(WINDOW_MS_DEFAULT);
    if !(WINDOW_MS_MIN..=WINDOW_MS_MAX).contains(&window_ms) {
        return Err(Problem::field("/window_ms", format!("{WINDOW_MS_MIN} to {WINDOW_MS_MAX}")));
    }
    let report = app.monitor().report(Duration::from_millis(window_ms), query.0.scope).await;
    match accept {
        Accept::Json => Reply::json(StatusCode::OK, &report),
        Accept::Text => Ok(Reply::text(text(&report))),
    }
}
