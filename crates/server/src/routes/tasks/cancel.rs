use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Cancelled, Cascaded, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{OptionalJson, Query, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// How far a cancellation goes, said in the query or in the body.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Cascade {
    /// Whether the tasks below it, its children and theirs, are cancelled with it as far as they have not finished.
    cascade: Option<bool>,
}

/// Cancel a task
///
/// A task nobody holds is cancelled at once. The holder of a running one learns it at its next
/// heartbeat; what it completes until then stands.
///
/// With `cascade` the tasks below it that have not finished are treated alike, and it may itself have finished. Those
/// that are there are meant: one that is submitted later under a cancelled parent is not cancelled.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/cancel",
    operation_id = "task_cancel",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
        Cascade,
    ),
    request_body = Option<Cascade>,
    responses(
        (status = 200, description = "The task is cancelled, or its holder is asked to stop; with `cascade` also how many were.", body = CancelAnswer),
        (status = 409, description = "`already_finished`: the task has finished in another way.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn cancel(
    app: State<App>,
    path: SwarmTask,
    query: Query<Cascade>,
    body: OptionalJson<Option<Cascade>>,
) -> Result<Reply, Problem> {
    let said = body.0.unwrap_or_default().cascade.or(query.0.cascade);
    if said == Some(true) {
        let answer = app.queue().cascade(&path.swarm, path.id).await?;
        return Reply::json(StatusCode::OK, &answer);
    }
    let answer = app.queue().cancel(&path.swarm, path.id).await?;
    Reply::json(StatusCode::OK, &answer)
}

/// The answer without and with `cascade`.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[expect(dead_code, reason = "the document alone needs it")]
#[serde(untagged)]
enum CancelAnswer {
    One(Cancelled),
    Many(Cascaded),
}
