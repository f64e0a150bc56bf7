use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Assign, Assigned, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, Problem, ProblemBody};
use crate::reply::Reply;

/// Assign a task to an agent
///
/// Pins a task that nobody holds to `agent`, or to one that `strategy` chooses, whatever it was pinned to before: only
/// that agent may claim it. When the agent is lost, it is anybody's. An agent is chosen among those that are live, do not
/// drain, have all that the task requires, and have room: `capacity` beyond what they hold and what is ready for them
/// alone. `least_loaded` takes the one with the smallest part of its capacity in use, `round_robin` the next one by name,
/// `best_match` the one with the fewest capabilities beyond those required, and of several the least loaded. Of more than
/// 200 agents, 200 are looked at: the next ones for `round_robin`, else any, others each time.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/assign",
    operation_id = "task_assign",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Assign, content_type = "application/json"),
    responses(
        (status = 200, description = "The task is the agent\'s.", body = Assigned),
        (status = 404, description = "`task_not_found`, `agent_not_found`, `swarm_not_found`.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 409, description = "`wrong_state`: the task is held or has finished. `no_agent`: nobody, or not this agent, is live, able and has room.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 414, description = "`too_large`: the address is too long.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn assign(app: State<App>, path: SwarmTask, body: Json<Assign>) -> Result<Reply, Problem> {
    let answer = app.queue().assign(&path.swarm, path.id, body.0).await?;
    Reply::json(StatusCode::OK, &answer)
}
