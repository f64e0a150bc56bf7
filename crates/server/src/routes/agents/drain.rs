use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Agent, AgentName, SwarmName};

use crate::app::App;
use crate::extract::{NoBody, SwarmAgent};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Drain an agent
///
/// It finishes what it holds and gets no new task: its claims, also those that wait, are answered at once with the
/// directive `drain`. Draining it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/agents/{agent}/drain",
    operation_id = "agent_drain",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    responses(
        (status = 200, description = "The agent, which takes no more tasks.", body = Agent),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn drain(app: State<App>, path: SwarmAgent, _: NoBody) -> Result<Reply, Problem> {
    let agent = app.queue().drain_agent(&path.swarm, &path.agent).await?;
    Reply::json(StatusCode::OK, &agent)
}
