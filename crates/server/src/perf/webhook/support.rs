//! A receiver of webhooks: a real HTTP server that writes down what it gets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::time::Instant;
use waggle_task_queue::model::Stamp;

use super::{Target, Webhook};
use crate::config::WebhookConfig;
use crate::perf::Node;
use crate::perf::report::{Alert, AlertState, Severity};

/// Longer than anything that is waited for here.
const PATIENCE: Duration = Duration::from_secs(20);
const KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

/// A request that was received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) at: Instant,
}

/// A server on a loopback port that answers with what a test gives it.
pub(super) struct Receiver {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
    _serving: tokio::task::JoinSet<()>,
}

type Answers = Arc<dyn Fn(usize) -> Answer + Send + Sync>;

/// What is answered, or nothing at all, ever.
pub(super) type Answer = Option<Response>;

impl Receiver {
    /// Answers request `n` with `answer(n)`.
    pub(super) async fn start(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=t", listener.local_addr().unwrap());
        let received = Arc::default();
        let answers: Answers = Arc::new(answer);
        let router = Router::new().fallback(receive).with_state((Arc::clone(&received), answers));
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, received, _serving: serving }
    }

    /// What has been received so far.
    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits for so many requests.
    pub(super) async fn until(&self, count: usize) -> Vec<Received> {
        until("the requests arrive", || self.received().len() >= count).await;
        self.received()
    }
}

type Shared = (Arc<Mutex<Vec<Received>>>, Answers);

async fn receive(
    State((received, answers)): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let number = {
        let mut received = received.lock().unwrap();
        received.push(Received { path: uri.to_string(), headers, body, at: Instant::now() });
        received.len() - 1
    };
    match answers(number) {
        Some(response) => response,
        None => std::future::pending().await,
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Whether the signature is that of the specification, computed here once more.
    pub(super) fn is_signed(&self) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
        for part in [self.header("webhook-id"), ".", self.header("webhook-timestamp"), "."] {
            mac.update(part.as_bytes());
        }
        mac.update(&self.body);
        let signature =
            BASE64_STANDARD.decode(self.header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        mac.verify_slice(&signature).is_ok()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Settings for a receiver on loopback, which they allow.
pub(super) fn config(url: &str) -> WebhookConfig {
    WebhookConfig {
        url: url.to_owned(),
        secret: format!("whsec_{}", BASE64_STANDARD.encode(KEY)),
        allow: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
        timeout_ms: 5_000,
        attempts: 3,
    }
}

/// A webhook that does not wait long between two attempts.
pub(super) fn webhook(config: &WebhookConfig) -> Webhook {
    let target = Target::new(config).unwrap().expect("an address is set");
    Webhook::with(config, target, None, node(), Duration::from_millis(20))
}

pub(super) fn node() -> Node {
    Node::new("blue", "127.0.0.1:1".parse().unwrap())
}

pub(super) fn alert(value: f64) -> Alert {
    Alert {
        name: "queue_stalled".to_owned(),
        severity: Severity::Warning,
        state: AlertState::Firing,
        since: Stamp(1_700_000_000_007),
        value,
        threshold: 30_000.0,
        message: "a task of queue \"<q>\" waits".to_owned(),
    }
}

pub(super) async fn until(what: &str, condition: impl Fn() -> bool) {
    let looking = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("not in time: {what}"));
}
