use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use waggle_task_queue::model::Stamp;

use crate::app::App;
use crate::extract::Query;
use crate::perf::history::{Sample, thin};
use crate::problem::{Problem, ProblemBody};
use crate::reply::Reply;

/// Samples that an answer holds at most.
const POINTS_MAX: usize = 10_000;
const POINTS_DEFAULT: usize = 720;

/// Which samples, and how many.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// The eldest one, RFC 3339; default: as far back as samples are kept.
    #[param(value_type = Option<String>)]
    from: Option<Stamp>,
    /// The newest one, RFC 3339; default: now.
    #[param(value_type = Option<String>)]
    to: Option<Stamp>,
    /// Samples at most, 1 to 10,000; default 720. Where there are more, each stands for a stretch of them: rates and shares
    /// are their means, of quantiles and ages the worst is told.
    #[param(minimum = 1, maximum = 10_000)]
    points: Option<usize>,
}

/// Samples.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HistoryAnswer {
    /// The eldest first.
    samples: Vec<Sample>,
}

/// How the service has been doing
///
/// A sample every `perf.refresh_ms`, kept for `perf.retention_ms`, of this server; they survive its restart.
#[utoipa::path(
    get,
    path = "/perf/history",
    operation_id = "perf_history",
    tag = "operators",
    params(HistoryParams),
    responses(
        (status = 200, description = "The samples.", body = HistoryAnswer),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn history(app: State<App>, query: Query<HistoryParams>) -> Result<Reply, Problem> {
    let HistoryParams { from, to, points } = query.0;
    let (from, to) = (from.unwrap_or(Stamp(0)), to.unwrap_or(Stamp(i64::MAX)));
    if from > to {
        return Err(Problem::field("/from", "is behind `to`: the eldest sample comes first"));
    }
    let points = points.unwrap_or(POINTS_DEFAULT);
    if !(1..=POINTS_MAX).contains(&points) {
        return Err(Problem::field("/points", format!("1 to {POINTS_MAX}")));
    }
    let samples = app.monitor().history().between(from, to);
    Reply::json(StatusCode::OK, &HistoryAnswer { samples: thin(&samples, points) })
}
