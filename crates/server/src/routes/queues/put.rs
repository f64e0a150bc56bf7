use axum::extract::State;
use axum::http::StatusCode;
use waggle_task_queue::model::{Queue, QueueSettings};

use crate::app::App;
use crate::extract::{OptionalJson, SwarmQueue};
use crate::problem::{BodyProblems, CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Say what a queue's limits and defaults are
///
/// What was said before is replaced: what is left out has no limit, or the default of the service. Whether it is paused or
/// drains is kept. Limits hold for what is handed out or submitted from now on; defaults for tasks submitted from now on
/// that do not say so themselves.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/queues/{queue}",
    operation_id = "queue_put",
    tag = "queues",
    params(SwarmQueue),
    request_body(content = Option<QueueSettings>, content_type = "application/json"),
    responses(
        (status = 201, description = "The queue, of which nothing was known before.", body = Queue),
        (status = 200, description = "The queue, which existed already.", body = Queue),
        SwarmProblems, BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn put(
    app: State<App>,
    path: SwarmQueue,
    body: OptionalJson<QueueSettings>,
) -> Result<Reply, Problem> {
    let (queue, created) = app.queue().put_queue(&path.swarm, &path.queue, body.0).await?;
    Reply::json(if created { StatusCode::CREATED } else { StatusCode::OK }, &queue)
}
