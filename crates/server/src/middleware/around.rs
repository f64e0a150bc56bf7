use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Waker, Poll};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower::{Layer, Service};
use tracing::Span;

use super::Recorder;
use super::admission::Admission;
use super::context::Context;
use super::hosts::Hosts;
use super::second_look::SecondLook;
use crate::app::App;
use crate::auth::Admitted;
use crate::clients::address;
use crate::extract::Kept;
use crate::problem::Problem;
use crate::trace;

/// An address longer than this is refused.
const MAX_URI_BYTES: usize = 4 * 1_024;

/// What the addresses of probes begin with.
pub(crate) const HEALTH: &str = "/health/";

/// The layer around every route.
#[derive(Clone)]
pub(crate) struct Around {
    app: App,
    recorder: Arc<Recorder>,
    hosts: Arc<Hosts>,
}

impl Around {
    pub(crate) fn new(app: App) -> Self {
        let recorder = Arc::new(Recorder::new(app.monitor().clone()));
        let hosts = Arc::new(Hosts::new(app.server()));
        Self { app, recorder, hosts }
    }

    /// Lets a request in; or why it is not even handled.
    fn admit(&self, request: &mut Request) -> Result<Admitted, Problem> {
        let uri = request.uri();
        if uri.path().len() + uri.query().map_or(0, str::len) > MAX_URI_BYTES {
            return Err(Problem::of_status(StatusCode::URI_TOO_LONG));
        }
        if !answers_while_draining(uri.path()) {
            if self.app.is_draining() {
                return Err(Problem::draining());
            }
            self.app.in_flight().admit(|| address(request.extensions()))?;
        }
        let access = self.app.access();
        // Probes say nothing that is of any use to a stranger, and name their service as they like.
        if !access.is_required() && !uri.path().starts_with(HEALTH) {
            self.hosts.check(request)?;
        }
        access.admit(request)
    }

    fn second_look(&self, request: &Request) -> Option<SecondLook> {
        let is_counted = !answers_while_draining(request.uri().path());
        is_counted.then(|| SecondLook::at(request, self.app.in_flight())).flatten()
    }
}

/// The answer, or that there is no room for it.
fn looked_at(second: Option<&SecondLook>, response: Response) -> Response {
    let refused = second.and_then(|second| second.refuses(&response));
    refused.map_or(response, IntoResponse::into_response)
}

/// Probes and scrapers want to know how the end goes, and what the memory is full of.
pub(crate) fn answers_while_draining(path: &str) -> bool {
    path.starts_with(HEALTH) || path == "/metrics"
}

impl<S> Layer<S> for Around {
    type Service = AroundService<S>;

    fn layer(&self, inner: S) -> AroundService<S> {
        AroundService { around: self.clone(), inner }
    }
}

/// A route with its layer.
#[derive(Clone)]
pub(crate) struct AroundService<S> {
    around: Around,
    inner: S,
}

impl<S> Service<Request> for AroundService<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Unpin,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answer<S::Future>;

    fn poll_ready(&mut self, cx: &mut Waker<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Answer<S::Future> {
        let context = Context::of(&request, self.around.recorder.clone());
        let span = trace::request(&request);
        match self.around.admit(&mut request) {
            Err(problem) => {
                let (state, admission) = (State::Refused(Some(problem)), Admission::default());
                Answer { context, span, admission, state, second: None, _kept: None }
            }
            Ok(admitted) => {
                let (second, kept) = (self.around.second_look(&request), Kept::of(&mut request));
                let (state, admission) = (State::Running(self.inner.call(request)), admitted.into());
                Answer { context, span, admission, state, second, _kept: kept }
            }
        }
    }
}

/// The answer to one request.
pub(crate) struct Answer<F> {
    context: Context,
    span: Span,
    admission: Admission,
    state: State<F>,
    second: Option<SecondLook>,
    _kept: Option<Kept>,
}

enum State<F> {
    Refused(Option<Problem>),
    Running(F),
}

impl<F: Future<Output = Result<Response, Infallible>> + Unpin> Future for Answer<F> {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Waker<'_>) -> Poll<Self::Output> {
        let Self { context, span, admission, state, second, _kept: _ } = &mut *self;
        let response = match state {
            State::Refused(problem) => problem.take().map(IntoResponse::into_response),
            State::Running(future) => match span.in_scope(|| poll_caught(future, cx)) {
                Poll::Pending if admission.is_over(cx) => Some(Problem::token_gone().into_response()),
                Poll::Pending => return Poll::Pending,
                Poll::Ready(response) => Some(looked_at(second.as_ref(), response)),
            },
        };
        let response =
            response.unwrap_or_else(|| Problem::internal("an answer was asked for twice").into_response());
        trace::answered(span, &response);
        Poll::Ready(Ok(admission.finish(context.finish(response))))
    }
}

/// A handler that panics fails its own request and no other.
fn poll_caught<F>(future: &mut F, cx: &mut Waker<'_>) -> Poll<Response>
where
    F: Future<Output = Result<Response, Infallible>> + Unpin,
{
    // The future is never polled again after a panic: its request has been answered.
    let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(future).poll(cx)));
    match polled {
        Ok(polled) => polled.map(|Ok(response)| response),
        Err(panic) => Poll::Ready(Problem::internal(message(panic.as_ref())).into_response()),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a handler panicked: {}", text.unwrap_or("without a message"))
}
