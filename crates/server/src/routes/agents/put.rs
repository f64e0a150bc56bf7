use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Agent, AgentName, NewAgent, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{OptionalJson, SwarmAgent};
use crate::problem::{BodyProblems, CallProblems, Problem, ProblemBody, SwarmProblems};
use crate::reply::Reply;

/// Register or change an agent
///
/// An agent that is there keeps its counts, the tasks it holds, its inbox, and whether it drains. A claim by an
/// unknown agent registers it as well, with a capacity of 100.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/agents/{agent}",
    operation_id = "agent_put",
    tag = "agents",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    request_body(content = Option<NewAgent>, content_type = "application/json"),
    responses(
        (status = 201, description = "The agent, now registered.", body = Agent, headers(
            ("Location" = String, description = "Path of the agent"),
        )),
        (status = 200, description = "The agent, which was there already.", body = Agent),
        (status = 429, description = "`too_many_agents`: the swarm has as many as its `limits.max_agents`.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    caller: Caller,
    path: SwarmAgent,
    body: OptionalJson<NewAgent>,
) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    let SwarmAgent { swarm, agent } = path;
    let (made, created) = app.queue().put_agent(&swarm, &agent, body.0).await?;
    if created {
        let location = format!("/v1/swarms/{swarm}/agents/{agent}");
        return Ok(Reply::json(StatusCode::CREATED, &made)?.location(&location));
    }
    Reply::json(StatusCode::OK, &made)
}
