use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Agent, AgentName, SwarmName};

use crate::app::App;
use crate::extract::SwarmAgent;
use crate::problem::{AgentProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Look at an agent
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/agents/{agent}",
    operation_id = "agent_get",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    responses(
        (status = 200, description = "The agent.", body = Agent),
        AgentProblems, CallProblems,
    ),
)]
pub(crate) async fn get(app: State<App>, path: SwarmAgent) -> Result<Reply, Problem> {
    let agent = app.queue().get_agent(&path.swarm, &path.agent).await?;
    Reply::json(StatusCode::OK, &agent)
}
