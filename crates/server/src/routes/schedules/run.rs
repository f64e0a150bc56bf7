use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{ScheduleName, SwarmName, Task};

use crate::app::App;
use crate::extract::{IdempotencyKey, NoBody, SwarmSchedule};
use crate::problem::{CallProblems, Problem, ProblemBody, ScheduleProblems};
use crate::reply::Reply;

/// Whatever body is accepted says nothing: it is the same request with and without one.
const NOTHING: &[u8] = b"";

/// Run a schedule now
///
/// Submits its task, whatever its times, its `overlap` and its last run say; also while it is paused. When it is due
/// next stays as it is. With an `Idempotency-Key` the same request may be repeated for 24 hours: it runs once and is
/// answered alike; once the schedule says something else of its task, or is gone, with the task as it stands.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/schedules/{name}/run",
    operation_id = "schedule_run",
    tag = "schedules",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("name" = ScheduleName, Path, description = "Name of the schedule"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key for the same schedule within 24 hours gets the first answer again"),
    ),
    responses(
        (status = 201, description = "The task, now taken in.", body = Task, headers(
            ("Location" = String, description = "Path of the task"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
        )),
        (status = 200, description = "The unfinished task that has the `dedup_key` of the schedule's task.", body = Task),
        (status = 409, description = "`queue_draining`: see the submit of a task.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_capability_sets`, `swarm_full`, `queue_full`: see the submit of a task.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        ScheduleProblems, CallProblems,
        (status = 422, description = "`validation`: a name or header cannot be accepted, see `errors`. `idempotency_mismatch`: this key was used for something else.", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn run(
    app: State<App>,
    path: SwarmSchedule,
    key: IdempotencyKey,
    _: NoBody,
) -> Result<Reply, Problem> {
    let submitted = app.queue().run_schedule(&path.swarm, &path.name, key.with_body(NOTHING)).await?;
    let status = if submitted.created { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/v1/swarms/{}/tasks/{}", path.swarm, submitted.task.id);
    Ok(Reply::json(status, &submitted.task)?.location(&location).replayed(submitted.replayed))
}
