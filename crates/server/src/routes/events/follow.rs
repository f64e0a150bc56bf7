use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use waggle_task_queue::Until;
use waggle_task_queue::model::{AgentName, EventFilter, EventId, EventKinds, SwarmName, TaskId};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{LastEventId, Query, Swarm};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::sse;

/// Which events are followed, and from where.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FollowParams {
    /// Only events of this task.
    task: Option<TaskId>,
    /// Only events of this agent, and messages that it sends or that are sent to it by name.
    agent: Option<AgentName>,
    /// Only events of these kinds, separated by commas: `task.completed,agent.*`.
    #[param(value_type = Option<String>)]
    kind: Option<EventKinds>,
    /// As the header `Last-Event-ID`, which beats it: an `EventSource` that reconnects keeps its address.
    #[param(value_type = Option<String>)]
    last_event_id: Option<EventId>,
    /// False: the stream ends when it has reached the present. Default true.
    follow: Option<bool>,
}

/// Follow events
///
/// Server-sent events of everything that happens in the swarm: `id` is its place in the swarm's history, `event` its
/// kind, `data` an `Event`. Begins now, or behind `Last-Event-ID` (`0-0.0`: at the oldest event that is kept), and goes on until the client hangs up, the service
/// stops or the swarm is deleted. An `id` without data tells a position that was reached without an event that fits;
/// comments tell that the connection is alive. The history is bounded: where events behind the reader's position were
/// dropped already, an event `gone` comes, and the stream ends; what happened meanwhile has to be read anew. A reader
/// that takes nothing for `server.write_timeout_ms` is cut off, and may resume.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/events",
    operation_id = "event_follow",
    tag = "events",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was received"),
        FollowParams,
    ),
    responses(
        (status = 200, description = "The events as they happen.", body = String, content_type = "text/event-stream"),
        (status = 409, description = "`events_off`: the events of this swarm are turned off.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "`validation`: a parameter or the id cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn follow(
    app: State<App>,
    client: Client,
    swarm: Swarm,
    last: LastEventId,
    query: Query<FollowParams>,
) -> Result<Response, Problem> {
    let FollowParams { task, agent, kind, last_event_id, follow } = query.0;
    let filter = EventFilter { task, agent, kinds: kind };
    let until = if follow.unwrap_or(true) { Until::Stopped } else { Until::Present };
    let waits = app.long_polls().join(client)?;
    let follower = app.queue().follow(&swarm.0, filter, last.0.or(last_event_id), until).await?;
    Ok(sse::response(follower, waits, app.sse_heartbeat()))
}
