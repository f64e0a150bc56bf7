use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::App;
use crate::extract::{IdempotencyKey, RawJson, parse};
use crate::perf::validate::{Refused, RunStatus, Test};
use crate::problem::{BodyProblems, CallProblems, Code, Problem, ProblemBody};
use crate::reply::Reply;

/// What is to be tested.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewValidation {
    /// Half a minute at most, and not three. Default false.
    #[serde(default)]
    quick: bool,
    /// Which tests, each once; all seven when null.
    #[serde(default)]
    tests: Option<Vec<Test>>,
}

/// A validation that has begun.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StartedValidation {
    /// Its id: look at it under `/perf/validate/{id}`.
    id: Uuid,
    /// Whether it has ended.
    status: RunStatus,
}

/// Begin a validation
///
/// This server tests itself in the background, with real work through its own public address, in a swarm of its own that
/// is removed afterwards. It takes up to three minutes and as much of the machine as it can get. `connection_pool` borrows
/// all connections of the pool at once, and `errors_and_recovery` has Redis end all connections of this server: what
/// others have on its way at that moment is answered with a 503 that may be tried again.
#[utoipa::path(
    post,
    path = "/perf/validate",
    operation_id = "perf_validate_start",
    tag = "operators",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 bytes; the same key and body begin one validation, as long as it is remembered"),
    ),
    request_body(content = NewValidation, content_type = "application/json"),
    responses(
        (status = 202, description = "It has begun.", body = StartedValidation),
        (status = 409, description = "`validation_running`: this server makes another one; `validation` names it.", body = ProblemBody<'static>, content_type = "application/problem+json"),
        BodyProblems, CallProblems,
    ),
)]
pub(crate) async fn start(app: State<App>, key: IdempotencyKey, body: RawJson) -> Result<Reply, Problem> {
    let wanted: NewValidation = parse(body.text()?)?;
    let tests = tests(wanted.tests)?;
    // Its own: what it makes and removes is its own as well, and no scope of the caller's.
    let authorization = Some(app.access().own());
    let runs = app.validations().ok_or_else(Problem::draining)?;
    let started = runs.start(wanted.quick, tests, authorization, key.with_body(body.as_bytes()));
    let validation = started.map_err(refused)?;
    Reply::json(StatusCode::ACCEPTED, &StartedValidation { id: validation.id, status: validation.status })
}

fn tests(named: Option<Vec<Test>>) -> Result<Vec<Test>, Problem> {
    let Some(named) = named else { return Ok(Test::ALL.to_vec()) };
    let chosen: Vec<_> = Test::ALL.into_iter().filter(|test| named.contains(test)).collect();
    if chosen.is_empty() || chosen.len() < named.len() {
        return Err(Problem::field("/tests", "at least one test, each once"));
    }
    Ok(chosen)
}

fn refused(refused: Refused) -> Problem {
    match refused {
        Refused::Busy(id) => {
            let detail = "this server makes one validation at a time: wait for the one that is under way";
            Problem::new(Code::ValidationRunning, detail).of_validation(id)
        }
        Refused::OtherBody => {
            Problem::new(Code::IdempotencyMismatch, "the idempotency key was used with another body")
        }
    }
}
