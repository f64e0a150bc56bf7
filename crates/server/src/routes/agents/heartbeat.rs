use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{AgentHeartbeat, AgentHeartbeaten, AgentName, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{OptionalJson, SwarmAgent};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Say that an agent is there
///
/// Extends the leases it names, all in one call, and tells which of them are lost, which tasks it shall stop, how many
/// messages wait for it, and whether it shall take more tasks. Without leases it only says that the agent is there.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/agents/{agent}/heartbeat",
    operation_id = "agent_heartbeat",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    request_body(content = Option<AgentHeartbeat>, content_type = "application/json"),
    responses(
        (status = 200, description = "What became of the leases, and what the agent is to do.", body = AgentHeartbeaten),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn heartbeat(
    app: State<App>,
    caller: Caller,
    path: SwarmAgent,
    body: OptionalJson<AgentHeartbeat>,
) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    let answer = app.queue_of(&caller).heartbeat_agent(&path.swarm, &path.agent, body.0).await?;
    Reply::json(StatusCode::OK, &answer)
}
