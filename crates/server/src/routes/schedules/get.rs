use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Schedule, ScheduleName, SwarmName};

use crate::app::App;
use crate::extract::SwarmSchedule;
use crate::problem::{CallProblems, Problem, ScheduleProblems};
use crate::reply::Reply;

/// Get a schedule
///
/// With its next times, its last run and its counts.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/schedules/{name}",
    operation_id = "schedule_get",
    tag = "schedules",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("name" = ScheduleName, Path, description = "Name of the schedule"),
    ),
    responses(
        (status = 200, description = "The schedule.", body = Schedule),
        ScheduleProblems, CallProblems,
    ),
)]
pub(crate) async fn get(app: State<App>, path: SwarmSchedule) -> Result<Reply, Problem> {
    let schedule = app.queue().get_schedule(&path.swarm, &path.name).await?;
    Reply::json(StatusCode::OK, &schedule)
}
