use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::Recorder;
use super::request_id::{RequestId, X_REQUEST_ID, header as id_header};
use crate::problem::Problem;
use crate::reply::Waited;

/// The label of requests for addresses that do not exist.
const UNMATCHED: &str = "unmatched";
/// Browsers take an answer for what it says it is.
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// Neither browsers nor proxies keep what somebody was told.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// What is remembered of a request while it is answered: copies, because a long poll
/// must not hold the buffer its headers lie in.
#[derive(Debug)]
pub(super) struct Context {
    recorder: Arc<Recorder>,
    started: Instant,
    method: Method,
    route: Option<MatchedPath>,
    path: Box<str>,
    id: RequestId,
}

impl Context {
    pub(super) fn of(request: &Request, recorder: Arc<Recorder>) -> Self {
        recorder.begin();
        Self {
            recorder,
            started: Instant::now(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            path: request.uri().path().into(),
            id: RequestId::of(request.headers()),
        }
    }

    /// Completes an answer: writes problems, adds the request's id, records and logs.
    pub(super) fn finish(&self, response: Response) -> Response {
        let id = self.id.text();
        let status = response.status();
        let mut response = if is_problem(status) { self.written(response, &id) } else { response };
        let took = self.started.elapsed();
        let waited = response.extensions_mut().remove::<Waited>().map_or(Duration::ZERO, |waited| waited.0);
        self.recorder.record(self.route(), &self.method, status, took, waited);
        tracing::debug!(
            request.id = %id, method = %self.method, route = self.route(), status = status.as_u16(),
            took_us = took.as_micros(), "answered"
        );
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, id_header(id));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        // What is anybody's says so itself: files of pages, the document.
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
        response
    }

    /// The problem in full: the handler's, or the one that a bare status of axum stands for.
    fn written(&self, mut response: Response, id: &str) -> Response {
        let problem = response.extensions_mut().remove::<Box<Problem>>();
        let problem = problem.map_or_else(|| Problem::of_status(response.status()), |problem| *problem);
        if let Some(cause) = problem.cause() {
            tracing::error!(request.id = %id, route = self.route(), cause, "a request met a fault of the service");
        }
        self.recorder.failed(self.route(), &self.method, &problem, id);
        let mut written = problem.render(&self.path, id);
        keep_allow(response.headers_mut(), written.headers_mut());
        written
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str)
    }
}

impl Drop for Context {
    /// Also where a client hung up.
    fn drop(&mut self) {
        self.recorder.end();
    }
}

fn is_problem(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// The one header of axum's own refusals that says something: the methods a 405 allows.
fn keep_allow(from: &mut HeaderMap, to: &mut HeaderMap) {
    if let Some(methods) = from.remove(header::ALLOW) {
        to.insert(header::ALLOW, methods);
    }
}
