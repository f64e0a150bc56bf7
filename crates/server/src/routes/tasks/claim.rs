use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Claim, Claimed, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::clients::Client;
use crate::extract::{Json, Prefer, Swarm};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;
use crate::trace;

/// Claim tasks
///
/// Hands out ready tasks, each under a lease. With `wait_ms` the answer comes with the first task, or
/// empty when the time is over. A client that hangs up while it waits gets no task assigned. The same
/// `claim_id` from the same agent gets the same tasks while they are held: an answer lost on the way
/// loses no task.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/claims",
    operation_id = "task_claim",
    tag = "work",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `\"wait_ms\": 30000`"),
    ),
    request_body(content = Claim, content_type = "application/json"),
    responses(
        (status = 200, description = "The tasks, none when nothing came within the wait.", body = Claimed, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 429, description = "`too_many_agents`: the agent is unknown, and the swarm has as many as its `limits.max_agents` allows.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn claim(
    app: State<App>,
    caller: Caller,
    client: Client,
    swarm: Swarm,
    prefer: Prefer,
    body: Json<Claim>,
) -> Result<Reply, Problem> {
    let Json(mut claim) = body;
    claim.check()?;
    caller.acts_as(&claim.agent)?;
    let applied = prefer.wait(&mut claim.wait_ms);
    let _waits = app.long_polls().begin(client, claim.wait_ms)?;
    let claimed = app.queue().claim(&swarm.0, claim).await?;
    trace::claimed(&claimed.tasks);
    Ok(Reply::json(StatusCode::OK, &claimed)?.waited(claimed.waited).preference(applied))
}
