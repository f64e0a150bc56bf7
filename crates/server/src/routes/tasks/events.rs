use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::{Event, EventId, Page, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{Query, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// Which part of a task's history is read.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsParams {
    /// Events a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<String>,
}

/// Read a task's history
///
/// Oldest first, as far as the swarm's history of events reaches back: it is bounded, and holds nothing of the time in
/// which events were turned off. A page may be short, or empty, and still have a cursor.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks/{id}/events",
    operation_id = "task_events",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
        EventsParams,
    ),
    responses(
        (status = 200, description = "One page of events.", body = Page<Event>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn events(
    app: State<App>,
    path: SwarmTask,
    query: Query<EventsParams>,
) -> Result<Reply, Problem> {
    let EventsParams { limit, cursor } = query.0;
    if limit.is_some_and(|limit| !(1..=PAGE_MAX).contains(&limit)) {
        return Err(Problem::field("/limit", format!("1 to {PAGE_MAX}")));
    }
    let after = cursor.map(|cursor| position(&cursor)).transpose()?;
    let page = app.queue().events(&path.swarm, path.id, limit, after).await?;
    Reply::json(StatusCode::OK, &page)
}

fn position(cursor: &str) -> Result<EventId, Problem> {
    let broken = "not a cursor of this list: begin again without one";
    cursor.parse().map_err(|_| Problem::field("/cursor", broken))
}
