//! Something in front of the service that holds its reports back, or refuses them.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
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
}

#[derive(Clone)]
struct Passing {
    service: Arc<str>,
    http: reqwest::Client,
    reports: watch::Receiver<Reports>,
}

impl Front {
    /// In front of the service at `base`.
    pub(crate) async fn start(base: &str, reports: Reports) -> Self {
        let (sender, receiver) = watch::channel(reports);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let passing = Passing { service: base.into(), http, reports: receiver };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(passing);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, reports: sender }
    }

    /// From now on.
    pub(crate) fn reports(&self, reports: Reports) {
        self.reports.send_replace(reports);
    }
}

async fn pass(State(mut front): State<Passing>, request: Request) -> Response {
    if request.uri().path() == "/perf/report" {
        if *front.reports.wait_for(|reports| *reports != Reports::Hold).await.unwrap() == Reports::Refuse {
            return refusal();
        }
    }
    let url = format!("{}{}", front.service, request.uri());
    let answer = front.http.request(request.method().clone(), url).send().await.unwrap();
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    response.headers_mut().remove(header::TRANSFER_ENCODING);
    // A stream of events has no end: it is passed on piece by piece.
    *response.body_mut() = Body::from_stream(unfold(answer, piece));
    response
}

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
