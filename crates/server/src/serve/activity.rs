use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

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
    S: Service<R>,
    S::Future: Unpin,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Counting<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Counting<S::Future> {
        self.activity.begun.fetch_add(1, Ordering::AcqRel);
        Counting { activity: Arc::clone(&self.activity), future: self.inner.call(request) }
    }
}

/// A request until it is answered, or until its client hangs up.
#[derive(Debug)]
pub(super) struct Counting<F> {
    activity: Arc<Activity>,
    future: F,
}

impl<F: Future + Unpin> Future for Counting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.future).poll(cx)
    }
}

impl<F> Drop for Counting<F> {
    fn drop(&mut self) {
        self.activity.ended.fetch_add(1, Ordering::AcqRel);
    }
}
