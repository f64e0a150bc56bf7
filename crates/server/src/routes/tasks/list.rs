use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::{
    AgentName, ListQuery, Page, QueueName, Status, SwarmName, Tag, Task, TaskFilter, TaskId, Text,
};

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
    /// Only waiting tasks that are pinned to this agent, and others that it holds or held last.
    agent: Option<AgentName>,
    /// Only tasks of this type.
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = Option<String>)]
    kind: Option<Text>,
    /// Only tasks with this tag.
    #[param(value_type = Option<String>)]
    tag: Option<Tag>,
    /// Only tasks with this parent.
    parent: Option<TaskId>,
    /// Tasks a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List tasks
///
/// Newest first within a state. All that is named has to fit; a page may be short, and still have a cursor.
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
    let ListParams { status, queue, agent, kind, tag, parent, limit, cursor } = query.0;
    if limit.is_some_and(|limit| !(1..=PAGE_MAX).contains(&limit)) {
        return Err(Problem::field("/limit", format!("1 to {PAGE_MAX}")));
    }
    let filter = TaskFilter { status, queue, kind, tag, agent, parent };
    let page = app.queue().list(&swarm.0, ListQuery { filter, limit, cursor }).await?;
    Reply::json(StatusCode::OK, &page)
}
