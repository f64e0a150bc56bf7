//! A service that breaks some of its answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::harness::start;
use crate::on_harness;

/// Bytes that a request may have.
const BODY: usize = 64 << 20;

/// Stands in front of a service, hands every request on, and answers each nth of them with 500 although it was applied;
/// ends when it is dropped.
#[derive(Debug)]
pub struct FaultyAnswers {
    url: String,
    serving: AbortHandle,
}

#[derive(Clone)]
struct Behind {
    http: reqwest::Client,
    base: Arc<str>,
    every: usize,
    answered: Arc<AtomicUsize>,
}

impl FaultyAnswers {
    /// In front of the service at `base`; each `every`th answer is broken.
    pub async fn of(base: &str, every: usize) -> Self {
        let http = crate::http_client(None).tcp_nodelay(true).build().unwrap();
        let behind = Behind { http, base: base.into(), every, answered: Arc::default() };
        let listener = on_harness(|| TcpListener::bind("127.0.0.1:0")).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(behind);
        let serving = start(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, serving }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for FaultyAnswers {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(behind): State<Behind>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, BODY).await.unwrap_or_default();
    let mut headers = parts.headers;
    headers.remove("host");
    headers.remove("content-length");
    let request = behind.http.request(parts.method, format!("{}{path}", behind.base)).headers(headers);
    let Ok(answer) = request.body(body).send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let (status, headers) = (answer.status(), answer.headers().clone());
    let Ok(body) = answer.bytes().await else { return StatusCode::BAD_GATEWAY.into_response() };
    if behind.answered.fetch_add(1, Ordering::Relaxed) % behind.every == behind.every - 1 {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let mut response = (status, Body::from(body)).into_response();
    for name in ["content-type", "location", "retry-after"] {
        if let Some(value) = headers.get(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
