use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::WAIT_MS_MAX;
use waggle_task_queue::model::{SwarmName, TaskId, TaskRead};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{Prefer, Query, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::{Reply, Waiting};

/// How a task is looked at.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetParams {
    /// How long to wait for the task to finish, in milliseconds.
    #[param(maximum = 60000)]
    wait_ms: u64,
    /// `dependencies`: with the tasks that it depends on, results included.
    #[param(inline)]
    include: Option<Include>,
}

/// What may be read along with a task.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// The tasks that it depends on.
    Dependencies,
}

/// Look at a task
///
/// With `wait_ms` the answer comes when the task has finished, or with the task as it stands when
/// the time is over.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks/{id}",
    operation_id = "task_get",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
        GetParams,
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `wait_ms=30000`"),
    ),
    responses(
        (status = 200, description = "The task.", body = TaskRead, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn get(
    app: State<App>,
    client: Client,
    path: SwarmTask,
    query: Query<GetParams>,
    prefer: Prefer,
) -> Result<Reply, Problem> {
    let mut wait_ms = query.0.wait_ms;
    if wait_ms > WAIT_MS_MAX {
        return Err(Problem::field("/wait_ms", format!("at most {WAIT_MS_MAX}")));
    }
    let applied = prefer.wait(&mut wait_ms);
    let _waits = app.long_polls().begin(client, wait_ms)?;
    let waiting = Waiting::begin(wait_ms);
    let task = app.queue().get(&path.swarm, path.id, Duration::from_millis(wait_ms)).await?;
    let task = match query.0.include {
        Some(Include::Dependencies) => app.queue().with_dependencies(&path.swarm, task).await?,
        None => TaskRead::alone(task),
    };
    Ok(Reply::json(StatusCode::OK, &task)?.waited(waiting.end()).preference(applied))
}
