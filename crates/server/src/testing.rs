//! A service without sockets, on a real Redis, for the tests of this crate.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use tempfile::TempDir;
use tower::ServiceExt as _;
use waggle_core::Codec;
use waggle_task_queue::TaskQueue;

use crate::app::App;
use crate::auth::Access;
use crate::config::Settings;
use crate::perf::{Monitor, Node};
use crate::serve::Store;
use crate::snapshots::Desk;

/// Bytes a body may have here.
pub(crate) const BODY_LIMIT: usize = 64 * 1_024;

pub(crate) struct Service {
    pub(crate) app: App,
    router: Router,
    store: Store,
    _data: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: serde_json::Value,
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub(crate) async fn with(mut settings: Settings) -> Self {
        let data = tempfile::Builder::new().prefix("waggle").tempdir().unwrap();
        settings.server.data_dir = data.path().join("data");
        settings.server.sse_heartbeat_ms = 50;
        settings.server.body_limit_bytes = BODY_LIMIT;
        settings.server.body_timeout_ms = 200;
        let store = Store::open(&settings).await.unwrap();
        let queue = TaskQueue::new(
            store.redis().clone(),
            Codec::new(1_024, BODY_LIMIT).recorded_by(store.redis().perf()),
        );
        let node = Node::new("test", ([127, 0, 0, 1], 0).into());
        let monitor = Monitor::new(queue, settings.perf.clone(), settings.redis.clone(), node, "private");
        let app = App::new(
            Access::new(&settings).unwrap(),
            &settings.server,
            Desk::new(&settings),
            monitor,
            crate::metrics::install().unwrap(),
        );
        Self { router: crate::router::router(app.clone()), app, store, _data: data }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        // A stream of events has no end.
        let body = if parts.headers.get("content-type").is_some_and(|said| said == "text/event-stream") {
            Body::empty()
        } else {
            body
        };
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        // Bodies that are not JSON are of no interest here.
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn stop(self) {
        drop((self.app, self.router));
        self.store.close().await;
    }
}

impl Answer {
    /// Status and code of a problem, whose shape is checked on the way.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.body);
        assert_eq!(self.body["status"], self.status.as_u16());
        assert_eq!(self.body["request_id"].as_str(), Some(self.header("x-request-id")));
        (self.status.as_u16(), self.body["code"].as_str().unwrap())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
