use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::model::{Page, Swarm};

use crate::app::App;
use crate::extract::Query;
use crate::problem::{CallProblems, Problem};
use crate::reply::Reply;

/// Which swarms are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SwarmListParams {
    /// Swarms a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List swarms
///
/// In the order of their names; `default` is always among them.
#[utoipa::path(
    get,
    path = "/v1/swarms",
    operation_id = "swarm_list",
    tag = "swarms",
    params(SwarmListParams),
    responses(
        (status = 200, description = "One page of swarms.", body = Page<Swarm>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        CallProblems,
    ),
)]
pub(crate) async fn list(app: State<App>, query: Query<SwarmListParams>) -> Result<Reply, Problem> {
    let page = app.queue().list_swarms(query.0.limit, query.0.cursor.as_deref()).await?;
    Reply::json(StatusCode::OK, &page)
}
