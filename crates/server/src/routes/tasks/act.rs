use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Acted, Action, SwarmName, TaskFilter};

use crate::app::App;
use crate::extract::{Json, Swarm};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// What is done to which tasks.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionRequest {
    /// What is done to each.
    action: Action,
    /// Which tasks; at least one field.
    filter: TaskFilter,
    /// How many at most; 1,000 when none is named.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10_000)]
    limit: Option<usize>,
}

/// Cancel, retry or delete many tasks
///
/// Treats each as the call for it alone would: `cancel` is for unfinished tasks, `retry` for failed and cancelled ones,
/// `delete` for all that nobody holds. Done in steps, so that nobody else has to wait.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/actions",
    operation_id = "task_act",
    tag = "tasks",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    request_body = ActionRequest,
    responses(
        (status = 200, description = "How many matched, how many changed, and whether there are more.", body = Acted),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn act(app: State<App>, swarm: Swarm, body: Json<ActionRequest>) -> Result<Reply, Problem> {
    let ActionRequest { action, filter, limit } = body.0;
    let answer = app.queue().act(&swarm.0, action, &filter, limit).await?;
    Reply::json(StatusCode::OK, &answer)
}
