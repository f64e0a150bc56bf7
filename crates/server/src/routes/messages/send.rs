use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{NewMessage, Sent, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::extract::{IdempotencyKey, RawJson, Swarm, parse};
use crate::problem::{AgentProblems, BodyProblems, CallProblems, Problem};
use crate::reply::Reply;

/// Send a message
///
/// Puts a message into the inbox of one agent, of all that subscribe to a topic, or of all agents of the
/// swarm; the sender gets none of its own that go to a topic or the swarm. Messages of one sender stand in
/// each inbox in the order in which they were sent. A full inbox refuses a message to its agent alone; one
/// to many leaves it out and names it in `full`. With an `Idempotency-Key` the same request may be repeated
/// for 24 hours: it is answered alike and sends one message.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/messages",
    operation_id = "message_send",
    tag = "messages",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body within 24 hours get the first answer again"),
    ),
    request_body(content = NewMessage, content_type = "application/json"),
    responses(
        (status = 201, description = "The message is in the inboxes.", body = Sent, headers(
            ("Idempotency-Replayed" = Option<String>, description = "`true` when this is the answer to an earlier request"),
        )),
        (status = 429, description = "`inbox_full`: the agent's inbox holds as many messages as it may; `agent` names it.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        AgentProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn send(
    app: State<App>,
    caller: Caller,
    swarm: Swarm,
    key: IdempotencyKey,
    body: RawJson,
) -> Result<Reply, Problem> {
    let message: NewMessage = parse(body.text()?)?;
    caller.acts_as(&message.from)?;
    let idempotency = key.with_body(body.as_bytes());
    drop(body);
    let answer = app.queue_of(&caller).send_message(&swarm.0, message, idempotency).await?;
    Ok(Reply::json(StatusCode::CREATED, &answer.sent)?.replayed(answer.replayed))
}
