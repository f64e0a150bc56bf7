use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Page, Schedule, SwarmName};

use crate::app::App;
use crate::extract::{Query, Swarm};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Which schedules are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScheduleListParams {
    /// Schedules a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List schedules
///
/// In the order of their names. A page of large tasks may be short, and still have a `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/schedules",
    operation_id = "schedule_list",
    tag = "schedules",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm"), ScheduleListParams),
    responses(
        (status = 200, description = "One page of schedules.", body = Page<Schedule>),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn list(
    app: State<App>,
    swarm: Swarm,
    query: Query<ScheduleListParams>,
) -> Result<Reply, Problem> {
    let ScheduleListParams { limit, cursor } = query.0;
    let page = app.queue().list_schedules(&swarm.0, limit, cursor.as_deref()).await?;
    Reply::json(StatusCode::OK, &page)
}
