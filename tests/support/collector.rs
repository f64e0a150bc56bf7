//! A collector of traces: what it is sent, span by span.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span as Sent, status::StatusCode as Said};
use prost::Message as _;
use tokio::task::AbortHandle;

use crate::{PATIENCE, harness, until_some};

/// A real HTTP server that takes OTLP; gone when dropped.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    spans: Spans,
    server: AbortHandle,
}

type Spans = Arc<Mutex<Vec<Span>>>;

/// A span as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// `SERVER`, `CLIENT`, `CONSUMER` or `INTERNAL`.
    pub kind: &'static str,
    /// 32 hexadecimal digits.
    pub trace: String,
    /// 16 hexadecimal digits.
    pub id: String,
    /// The id of its parent; empty for the root of a trace.
    pub parent: String,
    /// Ids of the spans it is linked to.
    pub links: Vec<String>,
    /// Nanoseconds since the epoch.
    pub start: u64,
    /// Nanoseconds since the epoch.
    pub end: u64,
    /// Whether it says that it failed.
    pub failed: bool,
    /// Everything else, with numbers as text.
    pub attributes: HashMap<String, String>,
    /// The service that sent it.
    pub service: String,
}

impl Collector {
    /// Starts one that takes everything.
    pub fn start() -> Self {
        Self::start_on("127.0.0.1:0")
    }

    /// As [`start`](Self::start), on this address.
    pub fn start_on(address: &str) -> Self {
        let spans = Spans::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        Self::serve(address, router, spans)
    }

    /// Starts one that reads what it is sent and never answers.
    pub fn silent() -> Self {
        let never = async |_: Bytes| std::future::pending::<StatusCode>().await;
        Self::serve("127.0.0.1:0", Router::new().route("/v1/traces", post(never)), Spans::default())
    }

    fn serve(address: &str, router: Router, spans: Spans) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        let server = harness::start(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        Self { address, spans, server }
    }

    /// What `trace.endpoint` is to be set to.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that has come so far.
    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }

    /// The first span that is as asked for, once it has come.
    ///
    /// # Panics
    /// When none comes in time.
    pub async fn span(&self, what: &str, is_it: impl Fn(&Span) -> bool) -> Span {
        until_some(what, PATIENCE, async || self.spans().into_iter().find(&is_it)).await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Span {
    /// An attribute's text; empty where there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn of(sent: &Sent, service: &str) -> Self {
        Self {
            name: sent.name.clone(),
            kind: sent.kind().as_str_name().trim_start_matches("SPAN_KIND_"),
            trace: hex(&sent.trace_id),
            id: hex(&sent.span_id),
            parent: hex(&sent.parent_span_id),
            links: sent.links.iter().map(|link| hex(&link.span_id)).collect(),
            start: sent.start_time_unix_nano,
            end: sent.end_time_unix_nano,
            failed: sent.status.as_ref().is_some_and(|status| status.code() == Said::Error),
            attributes: sent.attributes.iter().map(attribute).collect(),
            service: service.to_owned(),
        }
    }
}

async fn take(spans: State<Spans>, body: Bytes) -> Result<Vec<u8>, StatusCode> {
    let request = ExportTraceServiceRequest::decode(body).map_err(|_| StatusCode::BAD_REQUEST)?;
    for resource in request.resource_spans {
        let about: HashMap<_, _> =
            resource.resource.iter().flat_map(|resource| &resource.attributes).map(attribute).collect();
        let service = about.get("service.name").map_or("", String::as_str);
        let sent = resource.scope_spans.iter().flat_map(|scope| &scope.spans);
        spans.lock().unwrap().extend(sent.map(|sent| Span::of(sent, service)));
    }
    Ok(ExportTraceServiceResponse::default().encode_to_vec())
}

fn attribute(pair: &KeyValue) -> (String, String) {
    (pair.key.clone(), pair.value.as_ref().map_or_else(String::new, text))
}

fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        Some(any_value::Value::BoolValue(flag)) => flag.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
