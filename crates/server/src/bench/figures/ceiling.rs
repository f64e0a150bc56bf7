//! What HTTP alone allows on this machine: the same axum behind the same axum-server, which reads the same
//! request bodies and answers bodies of the same size, and does nothing else. The ceiling proper copies bytes.
//! The one with JSON reads every body into a value and writes its answer from one, as a service does that
//! takes axum's extractors as they come.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use bytes::Bytes;
use serde_json::Value;

use crate::bench::args::CeilingArgs;
use crate::bench::load::answer;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::Subject;
use crate::bench::load::request::{self, Claim};
use crate::bench::report::progress;

const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
const ID: &str = "01930000-0000-7000-8000-000000000000";
/// As long as a lease token of the service.
const TOKEN: &str = "0193000000000000000000000000000000000001";
const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// Bytes of the body that answers each operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) submit: usize,
    pub(crate) claim: usize,
    pub(crate) complete: usize,
}

impl Sizes {
    /// About what the service answers, for a ceiling measured without it.
    pub(crate) const TYPICAL: Sizes = Sizes { submit: 760, claim: 900, complete: 66 };

    /// What a service really answers.
    ///
    /// # Errors
    /// Any answer but 2xx.
    pub(crate) async fn probe(subject: Subject) -> anyhow::Result<Sizes> {
        let mut connection = Connection::open(subject.address).await?;
        let submit = connection.exchange(&request::submit("probe")).await?.len();
        let claim = Claim { agent: "probe", queue: "probe", max_tasks: 1, wait_ms: 0 };
        let claimed = connection.exchange(&request::claim(&claim)).await?;
        let (held, claim) = (answer::one_task(claimed)?, claimed.len());
        let complete = connection.exchange(&request::complete(&held)).await?.len();
        progress::say(&format!("answers hold {submit}, {claim} and {complete} bytes"));
        Ok(Sizes { submit, claim, complete })
    }
}

/// Serves until it is killed.
///
/// # Errors
/// When it cannot listen.
pub(crate) async fn serve(args: &CeilingArgs) -> anyhow::Result<()> {
    let mut server = axum_server::bind(args.listen);
    server.http_builder().http1().header_read_timeout(HEADER_READ_TIMEOUT);
    Ok(server.serve(router(args).into_make_service()).await?)
}

fn router(args: &CeilingArgs) -> Router {
    let submitted = padded(&format!(r#"{{"id":"{ID}","#), "}", args.submit_bytes);
    let claimed = padded(
        &format!(r#"{{"tasks":[{{"id":"{ID}","#),
        &format!(r#","lease":{{"token":"{TOKEN}"}}}}]}}"#),
        args.claim_bytes,
    );
    let completed = padded(&format!(r#"{{"id":"{ID}","#), "}", args.complete_bytes);
    let answer = if args.json { parsed } else { copied };
    Router::new()
        .route("/v1/swarms/{swarm}/tasks", answer(StatusCode::CREATED, &submitted))
        .route("/v1/swarms/{swarm}/claims", answer(StatusCode::OK, &claimed))
        .route("/v1/swarms/{swarm}/tasks/{id}/complete", answer(StatusCode::OK, &completed))
        .route("/health/{kind}", get(|| async { (JSON, "{}") }))
}

/// Reads the body and answers prepared bytes.
fn copied(status: StatusCode, answer: &Bytes) -> MethodRouter {
    let answer = answer.clone();
    post(move |_: Bytes| async move { (status, JSON, location(), answer) })
}

/// Reads the body into a value and answers from a value.
fn parsed(status: StatusCode, answer: &Bytes) -> MethodRouter {
    let value: Value = serde_json::from_slice(answer).expect("answers are built as JSON");
    let value = Arc::new(value);
    post(move |Json(_): Json<Value>| async move {
        let body = serde_json::to_vec(&*value).expect("a value is always JSON");
        (status, JSON, location(), body)
    })
}

fn location() -> [(header::HeaderName, String); 1] {
    [(header::LOCATION, format!("/v1/swarms/default/tasks/{ID}"))]
}

/// A JSON text of the wished size, its middle filled up; no shorter than its start and its end.
fn padded(start: &str, end: &str, size: usize) -> Bytes {
    let empty = format!(r#"{start}"fill":""{end}"#);
    let fill = "x".repeat(size.saturating_sub(empty.len()));
    Bytes::from(format!(r#"{start}"fill":"{fill}"{end}"#))
}
