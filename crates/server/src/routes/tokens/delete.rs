use axum::extract::State;
use waggle_task_queue::model::TokenName;

use crate::app::App;
use crate::extract::NamedToken;
use crate::problem::{CallProblems, Problem, TokenProblems};
use crate::reply::Reply;

/// Revoke a token
///
/// Within 5 seconds no server lets its owner in any more; what it waits for is answered with 401, and its streams of events
/// end. A token of the settings cannot be revoked here.
#[utoipa::path(
    delete,
    path = "/v1/tokens/{name}",
    operation_id = "token_delete",
    tag = "tokens",
    params(("name" = TokenName, Path, description = "Name of the token")),
    responses(
        (status = 204, description = "The token is gone."),
        TokenProblems, CallProblems,
    ),
)]
pub(crate) async fn delete(app: State<App>, path: NamedToken) -> Result<Reply, Problem> {
    app.queue().delete_token(&path.0).await?;
    app.access().follow_at_once(app.queue()).await;
    Ok(Reply::no_content())
}
