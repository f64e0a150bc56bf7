use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::WAIT_MS_MAX;
use waggle_task_queue::model::{AgentName, Inbox, InboxQuery, SwarmName};

use crate::app::App;
use crate::auth::Caller;
use crate::clients::Client;
use crate::extract::{Prefer, Query, SwarmAgent};
use crate::problem::{AgentProblems, CallProblems, Problem};
use crate::reply::{Reply, Waiting};

/// Which messages are read.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadParams {
    /// Only messages with a higher number: `next` of the read before.
    after: u64,
    /// Messages at most; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// How long to wait for a first message, in milliseconds.
    #[param(maximum = 60000)]
    wait_ms: u64,
}

/// Read an inbox
///
/// The messages that the agent has not acknowledged, the eldest first. Reading consumes nothing. With
/// `wait_ms` the answer comes with the first message, or empty when the time is over. A read returns about
/// 4 MiB at most: there may be fewer messages than `limit` and more behind them.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/agents/{agent}/inbox",
    operation_id = "message_read",
    tag = "messages",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("agent" = AgentName, Path, description = "Name of the agent"),
        ReadParams,
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `wait_ms=30000`"),
    ),
    responses(
        (status = 200, description = "The messages, none when nothing came within the wait.", body = Inbox, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        AgentProblems, CallProblems,
    ),
)]
pub(crate) async fn read(
    app: State<App>,
    caller: Caller,
    client: Client,
    path: SwarmAgent,
    query: Query<ReadParams>,
    prefer: Prefer,
) -> Result<Reply, Problem> {
    caller.acts_as(&path.agent)?;
    let ReadParams { after, limit, mut wait_ms } = query.0;
    if wait_ms > WAIT_MS_MAX {
        return Err(Problem::field("/wait_ms", format!("at most {WAIT_MS_MAX}")));
    }
    let applied = prefer.wait(&mut wait_ms);
    let wait = Duration::from_millis(wait_ms);
    let _waits = app.long_polls().begin(client, wait_ms)?;
    let waiting = Waiting::begin(wait_ms);
    let inbox = app.queue().read_inbox(&path.swarm, &path.agent, InboxQuery { after, limit }, wait).await?;
    Ok(Reply::json(StatusCode::OK, &inbox)?.waited(waiting.end()).preference(applied))
}
