use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use waggle_task_queue::model::{NewTask, Status, SwarmName, Task, TaskId};

use crate::app::App;
use crate::extract::{Applied, IdempotencyKey, Prefer, RawJson, Swarm, Traceparent, parse};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// What `Prefer: return=minimal` leaves of a task.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MinimalTask {
    /// Its id.
    id: TaskId,
    /// Where it stands.
    status: Status,
}

/// A task, or as much of it as was asked for.
#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents the two shapes of the answer")]
pub(crate) enum SubmitAnswer {
    /// All of it.
    Task(Box<Task>),
    /// With `Prefer: return=minimal`.
    Minimal(MinimalTask),
}

/// Submit a task
///
/// Takes a task in. It is stored before the answer is sent. With a `dedup_key` that an unfinished
/// task has, that task is answered with 200 and nothing is made. With an `Idempotency-Key` the same
/// request may be repeated for 24 hours: it is answered alike and makes one task.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks",
    operation_id = "task_submit",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm; `default` always exists"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body within 24 hours get the first answer again"),
        ("Prefer" = Option<String>, Header, description = "`return=minimal`: the answer is `{id,status}` alone"),
        ("traceparent" = Option<String>, Header, description = "W3C trace context, handed to the claimer"),
    ),
    request_body(content = NewTask, content_type = "application/json"),
    responses(
        (status = 201, description = "The task, now taken in. With `Prefer: return=minimal` only `id` and `status`.", body = SubmitAnswer, headers(
            ("Location" = String, description = "Path of the task"),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
            ("Preference-Applied" = Option<String>, description = "`return=minimal` where it was asked for"),
        )),
        (status = 200, description = "The unfinished task that has this `dedup_key`.", body = SubmitAnswer),
        (status = 409, description = "`queue_draining`: the queue takes nothing in. Use another, or resume it.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_capability_sets`: ready tasks of this queue require too many different sets of capabilities. `swarm_full`: the swarm has as many unfinished tasks as its `limits.max_tasks` allows. `queue_full`: the queue has as many waiting tasks as its `max_depth` allows.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn submit(
    app: State<App>,
    swarm: Swarm,
    key: IdempotencyKey,
    trace: Traceparent,
    prefer: Prefer,
    body: RawJson,
) -> Result<Reply, Problem> {
    let mut task = read(body.text()?)?;
    task.traceparent = trace.0;
    let idempotency = key.with_body(body.as_bytes());
    // The body shares its memory with the connection's buffer, and is not needed any more.
    drop(body);
    let submitted = app.queue().submit(&swarm.0, task, idempotency).await?;
    let status = if submitted.created { StatusCode::CREATED } else { StatusCode::OK };
    let task = &submitted.task;
    let reply = if prefer.minimal() {
        let minimal = MinimalTask { id: task.id, status: task.status };
        Reply::json(status, &minimal)?.preference(Some(Applied::Minimal))
    } else {
        Reply::json(status, task)?
    };
    Ok(reply.location(&format!("/v1/swarms/{}/tasks/{}", swarm.0, task.id)).replayed(submitted.replayed))
}

/// The task of a body.
///
/// # Errors
/// 400 when it is not JSON, 422 with pointers for all that cannot be accepted.
pub(crate) fn read(text: &str) -> Result<NewTask, Problem> {
    let mut task: NewTask = parse(text)?;
    task.check()?;
    Ok(task)
}
