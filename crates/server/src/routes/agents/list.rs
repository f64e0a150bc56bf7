use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Agent, AgentQuery, AgentStatus, Capability, Page, SwarmName};

use crate::app::App;
use crate::extract::{Query, Swarm};
use crate::problem::{CallProblems, Problem, ProblemBody, SwarmProblems};
use crate::reply::Reply;

/// Which agents are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AgentListParams {
    /// Only agents of this status.
    status: Option<AgentStatus>,
    /// Only agents registered with this capability.
    capability: Option<Capability>,
    /// Agents a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List agents
///
/// In the order of their names. With a filter a page may be short, or empty, and still have a `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/agents",
    operation_id = "agent_list",
    tag = "agents",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm"), AgentListParams),
    responses(
        (status = 200, description = "One page of agents.", body = Page<Agent>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn list(
    app: State<App>,
    swarm: Swarm,
    query: Query<AgentListParams>,
) -> Result<Reply, Problem> {
    let AgentListParams { status, capability, limit, cursor } = query.0;
    let page = app.queue().list_agents(&swarm.0, AgentQuery { status, capability, limit, cursor }).await?;
    Reply::json(StatusCode::OK, &page)
}
