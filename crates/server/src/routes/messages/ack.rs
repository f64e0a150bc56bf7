use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Ack, Acked, AgentName, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{Json, SwarmAgent};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Acknowledge messages
///
/// Takes messages out of the inbox: all up to a number, or those that are named. What is not there does not
/// count, so acknowledging again does no harm.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/agents/{agent}/inbox/ack",
    operation_id = "message_ack",
    tag = "messages",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
    ),
    request_body(content = Ack, content_type = "application/json"),
    responses(
        (status = 200, description = "How many messages were in the inbox and no longer are.", body = Acked),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn ack(
    app: State<App>,
    caller: Caller,
    path: SwarmAgent,
    body: Json<Ack>,
) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    let acked = app.queue().ack_messages(&path.swarm, &path.agent, body.0).await?;
    Reply::json(StatusCode::OK, &acked)
}
