//! Server-sent events (HTML Living Standard, 9.2).
//!
//! A chunk is made when the connection takes one: a reader that does not read costs one chunk of memory, and is cut
//! off by the connection's write timeout.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use futures_util::stream::unfold;
use metrics::gauge;
use tokio::time::timeout;
use waggle_task_queue::model::Event;
use waggle_task_queue::{Followed, Follower};

use crate::metrics::EVENT_FOLLOWERS;

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
/// Tells proxies that hold answers back (nginx) not to.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const NO: HeaderValue = HeaderValue::from_static("no");
/// How long a client waits before it reconnects, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// An empty id: who reconnects after this begins anew, and not where he would be told the same again.
const GONE: &str = "id:\nevent: gone\ndata: {\"kind\":\"gone\",\"detail\":\"events behind this position were dropped \
                    before they were read: read anew what you follow, then follow from now on\"}\n\n";

/// What `follower` gets, as it gets it; a comment every `heartbeat` while it gets nothing.
pub(crate) fn response(follower: Follower, heartbeat: Duration) -> Response {
    let reader = Reader { follower, heartbeat, opened: false, _counted: Counted::new() };
    let chunks = unfold(reader, |mut reader| async move {
        let chunk = reader.chunk().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), reader))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, EVENT_STREAM);
    headers.insert(header::CACHE_CONTROL, NO_CACHE);
    headers.insert(X_ACCEL_BUFFERING, NO);
    response
}

struct Reader {
    follower: Follower,
    heartbeat: Duration,
    opened: bool,
    _counted: Counted,
}

impl Reader {
    /// The next piece of the stream; none at its end.
    async fn chunk(&mut self) -> Option<String> {
        if !self.opened {
            self.opened = true;
            return Some(format!("retry: {RETRY_MS}\n{}", self.alive()));
        }
        match timeout(self.heartbeat, self.follower.next()).await {
            Err(_) => Some(self.alive()),
            Ok(followed) => Some(match followed? {
                Followed::Gone => GONE.to_owned(),
                Followed::Events(events) => written(&events),
            }),
        }
    }

    /// A comment, and the position that was reached: an id without data is remembered and is no event.
    fn alive(&self) -> String {
        format!(": alive\nid: {}\n\n", self.follower.position())
    }
}

fn written(events: &[Event]) -> String {
    let mut text = String::new();
    for event in events {
        // JSON of one event holds no line break; an event is made of texts and numbers, which are always JSON.
        let data = serde_json::to_string(event).unwrap_or_default();
        // A String takes whatever is written.
        let _ = write!(text, "id: {}\nevent: {}\ndata: {data}\n\n", event.id, event.kind);
    }
    text
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
