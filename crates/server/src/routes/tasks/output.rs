use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::WAIT_MS_MAX;
use waggle_task_queue::model::{Output, OutputQuery, SwarmName, TaskId};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{Prefer, Query, SwarmTask};
use crate::problem::{CallProblems, Problem, TaskProblems};
use crate::reply::{Reply, Waiting};

/// Which chunks are read.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutputParams {
    /// Only chunks with a higher number: `next` of the read before.
    after: u64,
    /// Chunks at most; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// How long to wait for a first chunk, or for the end of the task, in milliseconds.
    #[param(maximum = 60000)]
    wait_ms: u64,
}

/// Read a task's output
///
/// What its holders have streamed, the eldest first, over all attempts. Of a long output the last 1,000 chunks and 1 MiB
/// are kept: a gap in the numbers says that some were dropped. `done` is true when the task has finished and nothing is
/// behind these chunks. With `wait_ms` the answer comes with the first chunk, or when the task has finished, or empty when
/// the time is over. It is forgotten with the task.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/tasks/{id}/output",
    operation_id = "task_output",
    tag = "tasks",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ("id" = TaskId, Path, description = "Id of the task"),
        OutputParams,
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `wait_ms=30000`"),
    ),
    responses(
        (status = 200, description = "The chunks, none when nothing came within the wait.", body = Output, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        TaskProblems, CallProblems,
    ),
)]
pub(crate) async fn output(
    app: State<App>,
    client: Client,
    path: SwarmTask,
    query: Query<OutputParams>,
    prefer: Prefer,
) -> Result<Reply, Problem> {
    let OutputParams { after, limit, mut wait_ms } = query.0;
    if wait_ms > WAIT_MS_MAX {
        return Err(Problem::field("/wait_ms", format!("at most {WAIT_MS_MAX}")));
    }
    let applied = prefer.wait(&mut wait_ms);
    let wait = Duration::from_millis(wait_ms);
    let _waits = app.long_polls().begin(client, wait_ms)?;
    let waiting = Waiting::begin(wait_ms);
    let output = app.queue().output(&path.swarm, path.id, OutputQuery { after, limit }, wait).await?;
    Ok(Reply::json(StatusCode::OK, &output)?.waited(waiting.end()).preference(applied))
}
