use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Page, Queue, SwarmName};

use crate::app::App;
use crate::extract::{self, Query};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;

/// Which queues are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QueueListParams {
    /// Queues a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List queues
///
/// In the order of their names; those of which nothing is said and nothing is left are forgotten. A page may be short and
/// still have a cursor.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/queues",
    operation_id = "queue_list",
    tag = "queues",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm"), QueueListParams),
    responses(
        (status = 200, description = "One page of queues.", body = Page<Queue>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn list(
    app: State<App>,
    swarm: extract::Swarm,
    query: Query<QueueListParams>,
) -> Result<Reply, Problem> {
    let page = app.queue().list_queues(&swarm.0, query.0.limit, query.0.cursor.as_deref()).await?;
    Reply::json(StatusCode::OK, &page)
}
