use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::Response;
use http_body::{Frame, SizeHint};
use tower::Service;

/// How many requests of a connection have begun and ended: its service counts, its stream looks.
#[derive(Debug, Default)]
pub(super) struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Activity {
    /// Requests begun so far.
    pub(super) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// Whether a request is being answered.
    pub(super) fn is_busy(&self) -> bool {
        self.begun() != self.ended.load(Ordering::Acquire)
    }
}

/// A connection's service that counts its requests.
#[derive(Debug, Clone)]
pub(super) struct Counted<S> {
    activity: Arc<Activity>,
    inner: S,
}

impl<S> Counted<S> {
    pub(super) const fn new(activity: Arc<Activity>, inner: S) -> Self {
        Self { activity, inner }
    }
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R, Response = Response<Body>>,
    S::Future: Unpin,
{
    type Response = Response<CountedBody>;
    type Error = S::Error;
    type Future = Counting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Counting<S::Future> {
        Counting { request: Some(Request::begin(&self.activity)), future: self.inner.call(request) }
    }
}

/// A request from its headers to the end of its answer's body, or until its client hangs up.
#[derive(Debug)]
struct Request(Arc<Activity>);

impl Request {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.begun.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(activity))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::AcqRel);
    }
}

/// A request until it is answered.
#[derive(Debug)]
pub(super) struct Counting<F> {
    request: Option<Request>,
    future: F,
}

impl<F, E> Future for Counting<F>
where
    F: Future<Output = Result<Response<Body>, E>> + Unpin,
{
    type Output = Result<Response<CountedBody>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(Pin::new(&mut self.future).poll(cx))?;
        let request = self.request.take();
        Poll::Ready(Ok(response.map(|body| CountedBody { body, _request: request })))
    }
}

/// The body of an answer: a stream of events may last longer than any connection may rest.
#[derive(Debug)]
pub(super) struct CountedBody {
    body: Body,
    _request: Option<Request>,
}

impl http_body::Body for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
