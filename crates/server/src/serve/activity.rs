use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::{Request as HttpRequest, Response, Version};
use http_body::{Body as _, Frame, SizeHint};
use tower::Service;

use super::untaken::{Answer, Piece, Untaken};
use crate::auth::Certified;
use crate::clients::{Account, Charge};
use crate::reply::KeptOnce;
use crate::sse::is_endless;

/// How many requests of a connection have begun and ended: its service counts, its stream looks.
#[derive(Debug)]
pub(super) struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
    untaken: Arc<Untaken>,
    /// Where the bytes of its answers count.
    account: Account,
}

impl Activity {
    pub(super) fn new(account: Account) -> Self {
        let (begun, ended) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { begun, ended, untaken: Arc::default(), account }
    }

    /// What is handed out of answers, over HTTP/2, and was not sent yet.
    pub(super) fn untaken(&self) -> &Arc<Untaken> {
        &self.untaken
    }

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
    /// Whose connection it is, where a certificate says so.
    certified: Option<Certified>,
    inner: S,
}

impl<S> Counted<S> {
    pub(super) const fn new(activity: Arc<Activity>, inner: S) -> Self {
        Self { activity, certified: None, inner }
    }

    /// All requests are told whose they are.
    pub(super) fn of(self, certified: Option<Certified>) -> Self {
        Self { certified, ..self }
    }
}

impl<S, B> Service<HttpRequest<B>> for Counted<S>
where
    S: Service<HttpRequest<B>, Response = Response<Body>>,
    S::Future: Unpin,
{
    type Response = Response<CountedBody>;
    type Error = S::Error;
    type Future = Counting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: HttpRequest<B>) -> Counting<S::Future> {
        if let Some(certified) = &self.certified {
            request.extensions_mut().insert(certified.clone());
        }
        // Over HTTP/1 what is not taken is waited for at the socket.
        let answer = (request.version() == Version::HTTP_2).then(|| self.activity.untaken().answer());
        let begun = Request::begin(&self.activity);
        Counting { request: Some(begun), answer, future: self.inner.call(request) }
    }
}

/// A request from its headers to the end of its answer's body, or until its client hangs up.
#[derive(Debug)]
struct Request {
    activity: Arc<Activity>,
    /// For what is left of its answer, where that takes memory.
    charge: Option<Charge>,
}

impl Request {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.begun.fetch_add(1, Ordering::AcqRel);
        Self { activity: Arc::clone(activity), charge: Some(activity.account.charge()) }
    }

    /// Its answer is made: an answer that has a length is there as a whole, and in memory because of it, unless all who ask
    /// for it get the same bytes.
    fn answered(&mut self, response: &Response<Body>) {
        if response.extensions().get::<KeptOnce>().is_some() {
            self.charge = None;
        }
        let length = response.body().size_hint().exact().unwrap_or_default();
        if let Some(charge) = &mut self.charge {
            charge.add(usize::try_from(length).unwrap_or_default());
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.activity.ended.fetch_add(1, Ordering::AcqRel);
    }
}

/// A request until it is answered.
#[derive(Debug)]
pub(super) struct Counting<F> {
    request: Option<Request>,
    answer: Option<Answer>,
    future: F,
}

impl<F, E> Future for Counting<F>
where
    F: Future<Output = Result<Response<Body>, E>> + Unpin,
{
    type Output = Result<Response<CountedBody>, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(Pin::new(&mut self.future).poll(cx))?;
        let (mut request, answer) = (self.request.take(), self.answer.take());
        if let Some(request) = &mut request {
            request.answered(&response);
        }
        let answer = answer.map(|answer| answer.endless(is_endless(response.headers())));
        Poll::Ready(Ok(response.map(|body| CountedBody { body, answer, request })))
    }
}

/// The body of an answer: a stream of events may last longer than any connection may rest.
#[derive(Debug)]
pub(super) struct CountedBody {
    body: Body,
    answer: Option<Answer>,
    request: Option<Request>,
}

impl http_body::Body for CountedBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let Self { answer, request, .. } = &mut *self;
        let piece = |bytes: Bytes| {
            let charge = request.as_mut().and_then(|request| request.charge.as_mut());
            let charge = charge.map(|charge| charge.split(bytes.len()));
            Piece::new(bytes, answer.as_ref(), charge)
        };
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
