use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::{ListQuery, Page, QueueName, Status, SwarmName, Task};

use crate::app::App;
use crate::extract::{Query, Swarm};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Which tasks are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Only tasks in this state.
    status: Option<Status>,
    /// Only tasks of this queue.
    queue: Option<QueueName>,
    /// Tasks a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List tasks
///
/// Newest first within a state.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks",
    operation_id = "task_list",
    tag = "tasks",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm"), ListParams),
    responses(
        (status = 200, description = "One page of tasks.", body = Page<Task>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn list(app: State<App>, swarm: Swarm, query: Query<ListParams>) -> Result<Reply, Problem> {
    let ListParams { status, queue, limit, cursor } = query.0;
    if limit.is_some_and(|limit| !(1..=PAGE_MAX).contains(&limit)) {
        return Err(Problem::field("/limit", format!("1 to {PAGE_MAX}")));
    }
    let page = app.queue().list(&swarm.0, ListQuery { status, queue, limit, cursor }).await?;
    Reply::json(StatusCode::OK, &page)
}
