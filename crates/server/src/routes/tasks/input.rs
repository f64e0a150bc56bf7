use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Input, InputGiven, SwarmName, TaskId};

use crate::app::App;
use crate::extract::{Json, SwarmTask};
use crate::problem::{BodyProblems, CallProblems, Problem, TaskProblems};
use crate::reply::Reply;

/// Answer a task that asks a person
///
/// The task is ready again, in front of those that came later, and its next claim carries the question and the answer. Where
/// it asked because a budget was used up, that budget counts from now on.
#[utoipa::path(
    post,
    path = "/v1/swarms/{swarm}/tasks/{id}/input",
    operation_id = "task_input",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
    ),
    request_body(content = Input, content_type = "application/json"),
    responses(
        (status = 200, description = "The task is ready.", body = InputGiven),
        (status = 409, description = "`wrong_state`: the task asks nothing.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn input(app: State<App>, path: SwarmTask, body: Json<Input>) -> Result<Reply, Problem> {
    let answer = app.queue().input(&path.swarm, path.id, body.0).await?;
    Reply::json(StatusCode::OK, &answer)
}
