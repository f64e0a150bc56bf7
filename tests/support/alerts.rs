//! Looking at alerts, and a receiver of webhooks.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{Client, PATIENCE, Setup, until_some};

/// Milliseconds between two refreshes in these tests.
const REFRESH_MS: &str = "200";
/// Samples are kept for so long: with the default there would be too many.
const RETENTION_MS: &str = "600000";
/// A secret as operators write it.
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// `setup` with refreshes that come quickly.
pub fn alerting(setup: Setup) -> Setup {
    let setup =
        setup.set("WAGGLE_PERF__REFRESH_MS", REFRESH_MS).set("WAGGLE_PERF__RETENTION_MS", RETENTION_MS);
    setup.set("WAGGLE_PERF__ALERTS__QUEUE_STALLED_MS", "1000")
}

/// The value of a metric with its labels as they are written; none where it is not exported.
pub async fn metric(client: &Client, series: &str) -> Option<String> {
    let text = client.get("/metrics").send().await.text;
    text.lines().find_map(|line| Some(line.strip_prefix(series)?.strip_prefix(' ')?.to_owned()))
}

impl Client {
    /// Waits until the alert `name` stands so: `pending` or `firing` among the active ones, `resolved` as the newest of
    /// its name in the history, and not active any more.
    pub async fn until_alert(&self, name: &str, state: &str) -> Value {
        until_some(&format!("{name} is {state}"), PATIENCE, async || {
            let alerts = self.get("/perf/alerts").send().await.ok();
            let newest = |list: &str| {
                let list = alerts[list].as_array().expect("a list");
                list.iter().find(|alert| alert["name"] == name).cloned()
            };
            let found = newest("active").or_else(|| newest("history"));
            found.filter(|alert| alert["state"] == state)
        })
        .await
    }
}

/// A receiver of webhooks on a loopback port, which answers 204 and keeps what it gets.
#[derive(Debug)]
pub struct Receiver {
    url: String,
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Receiver {
    /// Starts one; it ends with the runtime of the harness.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let received = Arc::<Mutex<Vec<_>>>::default();
        let kept = Arc::clone(&received);
        let router = Router::new().fallback(async move |headers: HeaderMap, body: Bytes| {
            kept.lock().unwrap().push((headers, body));
            axum::http::StatusCode::NO_CONTENT
        });
        crate::harness::start(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, received }
    }

    /// `setup` with this receiver as its webhook.
    pub fn on(&self, setup: Setup) -> Setup {
        let setup = setup.set("WAGGLE_PERF__WEBHOOK__URL", &self.url);
        setup.set("WAGGLE_PERF__WEBHOOK__SECRET", SECRET).set("WAGGLE_PERF__WEBHOOK__ALLOW", "127.0.0.0/8")
    }

    /// Waits for the request that tells of `name` in this way, such as `alert.firing`; its headers and body.
    pub async fn until(&self, name: &str, kind: &str) -> (HeaderMap, Bytes) {
        until_some(&format!("{kind} of {name} arrives"), PATIENCE, async || {
            let received = self.received.lock().unwrap().clone();
            received.into_iter().find(|(_, body)| {
                let body: Value = serde_json::from_slice(body).expect("JSON");
                body["type"] == kind && body["data"]["name"] == name
            })
        })
        .await
    }
}
