use axum::extract::State;
use waggle_task_queue::model::{AgentName, SwarmName, TopicName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{NoBody, SwarmAgentTopic};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Subscribe to a topic
///
/// What is sent to the topic from now on enters the agent's inbox.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}",
    operation_id = "subscription_put",
    tag = "messages",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
        ("topic" = TopicName, Path, description = "Name of the topic, which need not exist"),
    ),
    responses(
        (status = 204, description = "The agent subscribes to the topic, now or already."),
        (status = 429, description = "`too_many_subscriptions`: the agent subscribes to 256 topics.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    caller: Caller,
    path: SwarmAgentTopic,
    _: NoBody,
) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    app.queue().put_subscription(&path.swarm, &path.agent, &path.topic).await?;
    Ok(Reply::no_content())
}
