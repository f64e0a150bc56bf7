use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use waggle_task_queue::limits::{PAGE_DEFAULT, PAGE_MAX};
use waggle_task_queue::model::{Page, TokenName};

use super::view::TokenView;
use crate::app::App;
use crate::extract::Query;
use crate::problem::{CallProblems, Problem};
use crate::reply::Reply;

/// Which tokens are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TokenListParams {
    /// Tokens a page; 50 when none is named.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List tokens
///
/// Those in Redis and those in the settings of the server that is asked, in the order of their names. Nothing of it leads
/// to a secret.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    operation_id = "token_list",
    tag = "tokens",
    params(TokenListParams),
    responses(
        (status = 200, description = "One page of tokens.", body = Page<TokenView>),
        (status = 422, description = "`validation`: a parameter cannot be accepted.", body = crate::problem::ProblemBody<'static>, content_type = "application/problem+json"),
        CallProblems,
    ),
)]
pub(crate) async fn list(app: State<App>, query: Query<TokenListParams>) -> Result<Reply, Problem> {
    let TokenListParams { limit, cursor } = query.0;
    let limit = limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::field("/limit", format!("1 to {PAGE_MAX}")));
    }
    let after = cursor.map(|cursor| cursor.parse::<TokenName>()).transpose();
    let after =
        after.map_err(|_| Problem::field("/cursor", "not a cursor of this list: begin again without one"))?;
    let stored = app.queue().list_tokens().await?.into_iter().map(TokenView::from);
    let mut all: Vec<_> = stored.chain(app.access().configured().cloned().map(TokenView::from)).collect();
    all.retain(|token| after.as_ref().is_none_or(|after| token.name > *after));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    let more = all.len() > limit;
    all.truncate(limit);
    let next_cursor = all.last().filter(|_| more).map(|token| token.name.to_string());
    Reply::json(StatusCode::OK, &Page { items: all, next_cursor })
}
