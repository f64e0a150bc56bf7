use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::WAIT_MS_MAX;
use waggle_task_queue::model::{StatePage, StateQuery, SwarmName};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{Prefer, Query, Swarm};
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::{Reply, Waiting};

/// Which keys are listed, and whether to wait for some.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Only keys that begin so.
    prefix: String,
    /// What has changed after this version, deletions too, in the order of the changes.
    since_version: Option<u64>,
    /// How long to wait while there is nothing to show, in milliseconds.
    #[param(maximum = 60000)]
    wait_ms: u64,
    /// Keys a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List keys, or watch them
///
/// Without `since_version` the keys and their values, in the order of their bytes. With it what has changed since, the
/// last change of each key; `version` of the answer is the `since_version` of the next watch, and also that of a watch
/// that follows a list, on whichever page. With `wait_ms` an answer that would be empty waits for the next change.
/// A deletion is told of while it is one of the last 10,000 of the swarm. A page returns about 4 MiB at most: there may
/// be fewer keys than `limit` and more behind them.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/state",
    operation_id = "state_list",
    tag = "state",
    params(
        ("swarm" = SwarmName, Path, description = "Name of the swarm"),
        ListParams,
        ("Prefer" = Option<String>, Header, description = "`wait=30`: as `wait_ms=30000`"),
    ),
    responses(
        (status = 200, description = "One page of keys, none when nothing came within the wait.", body = StatePage, headers(
            ("Preference-Applied" = Option<String>, description = "`wait=30` where it was asked for"),
        )),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn list(
    app: State<App>,
    client: Client,
    swarm: Swarm,
    query: Query<ListParams>,
    prefer: Prefer,
) -> Result<Reply, Problem> {
    let ListParams { prefix, since_version, mut wait_ms, limit, cursor } = query.0;
    if wait_ms > WAIT_MS_MAX {
        return Err(Problem::field("/wait_ms", format!("at most {WAIT_MS_MAX}")));
    }
    let applied = prefer.wait(&mut wait_ms);
    let query = StateQuery { prefix, since_version, limit, cursor };
    let _waits = app.long_polls().begin(client, wait_ms)?;
    let waiting = Waiting::begin(wait_ms);
    let page = app.queue().list_state(&swarm.0, &query, Duration::from_millis(wait_ms)).await?;
    Ok(Reply::json(StatusCode::OK, &page)?.waited(waiting.end()).preference(applied))
}
