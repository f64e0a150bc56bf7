use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::extract::ValidationId;
use crate::perf::validate::Validation;
use crate::problem::{Code, Problem, ProblemBody};
use crate::reply::Reply;

/// Look at a validation
///
/// What it has found so far. This server remembers its last 16 validations, until it restarts.
#[utoipa::path(
    get,
    path = "/perf/validate/{id}",
    operation_id = "perf_validate_get",
    tag = "operators",
    params(("id" = String, Path, description = "Id of the validation")),
    responses(
        (status = 200, description = "The validation.", body = Validation),
        (status = 404, description = "`validation_not_found`: it never began on this server, or is not remembered any more.", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn get(app: State<App>, id: ValidationId) -> Result<Reply, Problem> {
    let found = id.0.and_then(|id| app.validations()?.get(id));
    let found = found.ok_or_else(|| {
        Problem::new(
            Code::ValidationNotFound,
            "this server knows of no such validation: it remembers the last 16",
        )
    })?;
    Reply::json(StatusCode::OK, &found)
}
