use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream::unfold;
use metrics::gauge;
use tokio::time::timeout;

use super::Source;
use crate::clients::Waits;
use crate::metrics::EVENT_FOLLOWERS;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Tells proxies that hold answers back (nginx) not to.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const NO: HeaderValue = HeaderValue::from_static("no");
/// How long a client waits before it reconnects, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// What `source` has, as it has it, counted among those who wait until its end; a comment every `heartbeat` while it has nothing.
pub(crate) fn response(source: impl Source, waits: Waits, heartbeat: Duration) -> Response {
    let reader = Reader { source, heartbeat, opened: false, _counted: Counted::new(), _waits: waits };
    let chunks = unfold(reader, |mut reader| async move {
        let chunk = reader.chunk().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), reader))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, EVENT_STREAM);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(X_ACCEL_BUFFERING, NO);
    response
}

/// Events have no end that their reader would wait for.
pub(crate) fn is_endless(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE) == Some(&EVENT_STREAM)
}

struct Reader<S> {
    source: S,
    heartbeat: Duration,
    opened: bool,
    _counted: Counted,
    _waits: Waits,
}

impl<S: Source> Reader<S> {
    /// The next piece of the stream; none at its end.
    async fn chunk(&mut self) -> Option<String> {
        if !self.opened {
            self.opened = true;
            return Some(format!("retry: {RETRY_MS}\n{}", self.source.alive()));
        }
        match timeout(self.heartbeat, self.source.next()).await {
            Err(_) => Some(self.source.alive()),
            Ok(piece) => piece,
        }
    }
}

/// Shown as a metric while it lives.
struct Counted;

impl Counted {
    fn new() -> Self {
        gauge!(EVENT_FOLLOWERS).increment(1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!(EVENT_FOLLOWERS).decrement(1);
    }
}
