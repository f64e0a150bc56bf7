use axum::extract::State;
use waggle_task_queue::model::{ScheduleName, SwarmName};

use crate::app::App;
use crate::extract::SwarmSchedule;
use crate::problem::{CallProblems, Problem, ScheduleProblems};
use crate::reply::Reply;

/// Remove a schedule
///
/// It does not run any more; the tasks of its runs stay.
#[utoipa::path(
    delete,
    path = "/v1/swarms/{swarm}/schedules/{name}",
    operation_id = "schedule_delete",
    tag = "schedules",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("name" = ScheduleName, Path, description = "Name of the schedule"),
    ),
    responses(
        (status = 204, description = "The schedule is gone."),
        ScheduleProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(app: State<App>, path: SwarmSchedule) -> Result<Reply, Problem> {
    app.queue().delete_schedule(&path.swarm, &path.name).await?;
    Ok(Reply::no_content())
}
