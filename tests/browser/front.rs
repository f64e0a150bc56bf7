//! Something in front of the service that notes the reports that pass, holds them back, or refuses them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use futures_util::stream::unfold;
use serde_json::Value;
use tokio::sync::watch;

/// What happens to a request for the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reports {
    /// It is passed on.
    Pass,
    /// It is not answered.
    Hold,
    /// It is answered with a problem.
    Refuse,
}

/// The front; it listens as long as the test runs.
pub(crate) struct Front {
    pub(crate) base: String,
    reports: watch::Sender<Reports>,
    passed: Arc<Mutex<Vec<Value>>>,
}

#[derive(Clone)]
struct Passing {
    service: Arc<str>,
    http: reqwest::Client,
    reports: watch::Receiver<Reports>,
    passed: Arc<Mutex<Vec<Value>>>,
}

impl Front {
    /// In front of the service at `base`.
    pub(crate) async fn start(base: &str, reports: Reports) -> Self {
        let (sender, receiver) = watch::channel(reports);
        let http = waggle_tests::http_client(None).build().unwrap();
        let passed = Arc::new(Mutex::new(Vec::new()));
        let passing = Passing { service: base.into(), http, reports: receiver, passed: Arc::clone(&passed) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(passing);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, reports: sender, passed }
    }

    /// The report of the service that was made at this time, as it passed.
    pub(crate) fn report_of(&self, generated_at: &Value) -> Value {
        let passed = self.passed.lock().unwrap();
        let found = passed.iter().find(|report| report["generated_at"] == *generated_at);
        found.unwrap_or_else(|| panic!("no report of {generated_at} has passed")).clone()
    }

    /// What happens from now on.
    pub(crate) fn reports(&self, reports: Reports) {
        self.reports.send_replace(reports);
    }
}

async fn pass(State(mut front): State<Passing>, request: Request) -> Response {
    let is_report = request.uri().path() == "/perf/report";
    if is_report && front.decided().await == Reports::Refuse {
        return refusal();
    }
    let url = format!("{}{}", front.service, request.uri());
    let answer = front.http.request(request.method().clone(), url).send().await.unwrap();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    response.headers_mut().remove(header::TRANSFER_ENCODING);
    *response.body_mut() =
        if is_report { front.noted(answer).await } else { Body::from_stream(unfold(answer, piece)) };
    response
}

impl Passing {
    /// What is to happen, once it is not to wait any more.
    async fn decided(&mut self) -> Reports {
        *self.reports.wait_for(|reports| *reports != Reports::Hold).await.unwrap()
    }

    async fn noted(&self, answer: reqwest::Response) -> Body {
        let report = answer.bytes().await.unwrap();
        self.passed.lock().unwrap().push(serde_json::from_slice(&report).unwrap());
        Body::from(report)
    }
}

/// A stream of events has no end: it is passed on piece by piece.
async fn piece(mut answer: reqwest::Response) -> Option<(Result<Bytes, Infallible>, reqwest::Response)> {
    let piece = answer.chunk().await.ok()??;
    Some((Ok(piece), answer))
}

fn refusal() -> Response {
    let problem =
        r#"{"title":"the backend is unavailable","detail":"Redis did not take the call","request_id":"r-1"}"#;
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "application/problem+json")], problem)
        .into_response()
}
