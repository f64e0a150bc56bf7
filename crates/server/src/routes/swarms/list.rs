use axum::extract::State;
use axum::http::StatusCode;
use futures_util::future::try_join_all;
use serde::Deserialize;
use waggle_task_queue::Error;
use waggle_task_queue::model::{Page, Swarm, SwarmName};

use crate::app::App;
use crate::auth::Caller;
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
/// In the order of their names; `default` is always among them. A token that is bound to swarms sees those, on one page.
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
pub(crate) async fn list(
    app: State<App>,
    caller: Caller,
    query: Query<SwarmListParams>,
) -> Result<Reply, Problem> {
    let page = match caller.swarms() {
        None => app.queue().list_swarms(query.0.limit, query.0.cursor.as_deref()).await?,
        Some(swarms) => seen(&app, swarms).await?,
    };
    Reply::json(StatusCode::OK, &page)
}

/// Those of a token that is bound to swarms: few enough for one page.
async fn seen(app: &App, swarms: &[SwarmName]) -> Result<Page<Swarm>, Problem> {
    let mut names = swarms.to_vec();
    names.sort_unstable();
    names.dedup();
    let found = try_join_all(names.iter().map(async |name| match app.queue().get_swarm(name).await {
        Err(Error::SwarmNotFound(_)) => Ok(None),
        other => other.map(Some),
    }));
    Ok(Page { items: found.await?.into_iter().flatten().collect(), next_cursor: None })
}
