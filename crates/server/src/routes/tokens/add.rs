use axum::extract::State;
use waggle_task_queue::Error;
use waggle_task_queue::model::NewToken;

use super::view::TokenView;
use crate::app::App;
use crate::extract::Json;
use crate::problem::{BodyProblems, CallProblems, Problem, ProblemBody};
use crate::reply::Reply;

/// Store a token
///
/// Keeps it in Redis for all servers, each of which lets its owner in within 5 seconds. The token itself is made by whoever
/// asks for this and is never sent: only its SHA-256 is. Where it is the first one of all, a token is asked for from
/// then on.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    operation_id = "token_add",
    tag = "tokens",
    request_body(content = NewToken, content_type = "application/json"),
    responses(
        (status = 201, description = "The token, now stored.", body = TokenView),
        (status = 200, description = "The token, which was stored already.", body = TokenView),
        (status = 409, description = "`token_exists`: another one has this name.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_tokens`: Redis keeps 1,000; revoke some.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn add(app: State<App>, body: Json<NewToken>) -> Result<Reply, Problem> {
    let token = body.0;
    if app.access().configured().any(|configured| configured.name == token.name) {
        return Err(Error::TokenExists(token.name.to_string()).into());
    }
    let (stored, created) = app.queue().add_token(token).await?;
    app.access().follow_at_once(app.queue()).await;
    Reply::made(created, &TokenView::from(stored))
}
