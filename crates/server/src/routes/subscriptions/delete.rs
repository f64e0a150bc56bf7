use axum::extract::State;
use waggle_task_queue::model::{AgentName, SwarmName, TopicName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::SwarmAgentTopic;
use crate::problem::{AgentProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Unsubscribe from a topic
///
/// What is sent to the topic from now on does not enter the agent's inbox; what is there stays.
#[utoipa::path(
    delete,
    path = "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}",
    operation_id = "subscription_delete",
    tag = "messages",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
        ("topic" = TopicName, Path, description = "Name of the topic"),
    ),
    responses(
        (status = 204, description = "The agent does not subscribe to the topic, no more or as before."),
        (status = 422, description = "`validation`: a name cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        AgentProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(app: State<App>, caller: Caller, path: SwarmAgentTopic) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    app.queue().delete_subscription(&path.swarm, &path.agent, &path.topic).await?;
    Ok(Reply::no_content())
}
