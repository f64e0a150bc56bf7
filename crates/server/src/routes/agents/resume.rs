use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Agent, AgentName, SwarmName};

use crate::app::App;
use crate::extract::{NoBody, SwarmAgent};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Resume an agent
///
/// An agent that was drained takes tasks again. Resuming it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/agents/{agent}/resume",
    operation_id = "agent_resume",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    responses(
        (status = 200, description = "The agent, which takes tasks.", body = Agent),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn resume(app: State<App>, path: SwarmAgent, _: NoBody) -> Result<Reply, Problem> {
    let agent = app.queue().resume_agent(&path.swarm, &path.agent).await?;
    Reply::json(StatusCode::OK, &agent)
}
