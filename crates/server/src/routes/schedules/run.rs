use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{ScheduleName, SwarmName, Task};

use crate::app::App;
use crate::extract::{NoBody, SwarmSchedule};
use crate::problem::{CallProblems, Problem, ProblemBody, ScheduleProblems};
use crate::reply::Reply;

/// Run a schedule now
///
/// Submits its task, whatever its times, its `overlap` and its last run say; also while it is paused. When it is due
/// next stays as it is.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/schedules/{name}/run",
    operation_id = "schedule_run",
    tag = "schedules",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("name" = ScheduleName, Path, description = "Name of the schedule"),
    ),
    responses(
        (status = 201, description = "The task, now taken in.", body = Task, headers(
            ("Location" = String, description = "Path of the task"),
        )),
        (status = 200, description = "The unfinished task that has the `dedup_key` of the schedule's task.", body = Task),
        (status = 429, description = "`too_many_capability_sets`, `swarm_full`: see the submit of a task.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        ScheduleProblems, CallProblems,
    ),
)]
pub(crate) async fn run(app: State<App>, path: SwarmSchedule, _: NoBody) -> Result<Reply, Problem> {
    let submitted = app.queue().run_schedule(&path.swarm, &path.name).await?;
    let status = if submitted.created { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/v1/swarms/{}/tasks/{}", path.swarm, submitted.task.id);
    Ok(Reply::json(status, &submitted.task)?.location(&location))
}
