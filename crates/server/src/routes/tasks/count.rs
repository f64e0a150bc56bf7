use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{
    AgentName, QueueName, Status, SwarmName, Tag, TaskCount, TaskFilter, TaskId, Text,
};

use crate::app::App;
use crate::extract::{Query, Swarm};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Which tasks are counted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CountParams {
    /// Only tasks in this state.
    status: Option<Status>,
    /// Only tasks of this queue.
    queue: Option<QueueName>,
    /// Only tasks of this agent: pinned to it, held by it, or held by it last; completed ones are not counted.
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
}

/// Count tasks
///
/// Exact, and no task is looked at: all of them, or those of one queue, one type, one tag, one parent or one agent, with or
/// without a state. By agent all states but `completed` are counted.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks/count",
    operation_id = "task_count",
    tag = "tasks",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm"), CountParams),
    responses(
        (status = 200, description = "How many there are, in all and by state.", body = TaskCount),
        (status = 422, description = "`validation`: a parameter cannot be accepted, or not together with another one.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn count(
    app: State<App>,
    swarm: Swarm,
    query: Query<CountParams>,
) -> Result<Reply, Problem> {
    let CountParams { status, queue, agent, kind, tag, parent } = query.0;
    let filter = TaskFilter { status, queue, kind, tag, agent, parent };
    let answer = app.queue().count(&swarm.0, &filter).await?;
    Reply::json(StatusCode::OK, &answer)
}
