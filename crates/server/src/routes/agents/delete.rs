use axum::extract::State;
use waggle_task_queue::model::{AgentName, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::SwarmAgent;
use crate::problem::{AgentProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Remove an agent
///
/// The tasks it holds are ready again at once, without the attempt being counted. What is pinned to it may be claimed
/// by anybody. Its inbox and its subscriptions go with it. Its claims that wait are answered with the directive
/// `stop`; a later claim registers it anew.
#[utoipa::path(
    delete,
    path = "/v1/swarms/{swarm}/agents/{agent}",
    operation_id = "agent_delete",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    responses(
        (status = 204, description = "The agent is gone."),
        AgentProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(app: State<App>, caller: Caller, path: SwarmAgent) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    app.queue().delete_agent(&path.swarm, &path.agent).await?;
    Ok(Reply::no_content())
}
