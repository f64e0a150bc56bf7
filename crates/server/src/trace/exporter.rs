use std::sync::Arc;

use opentelemetry_otlp::{Protocol, SpanExporter as Otlp, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::failures::Failures;
use crate::config::TraceConfig;
use crate::tls::{http_client, trusting_nobody};

/// Sends batches from the thread that gathers them, on the runtime of the service, where the HTTP client lives.
#[derive(Debug)]
pub(super) struct Exporter {
    otlp: Arc<Otlp>,
    runtime: Handle,
    deadline: std::time::Duration,
    failures: Failures,
}

impl Exporter {
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// What keeps the client from being built.
    pub(super) fn new(config: &TraceConfig) -> Result<Self, String> {
        let client = http_client(trusting_nobody()).timeout(config.timeout()).build();
        let otlp = Otlp::builder()
            .with_http()
            .with_http_client(client.map_err(|error| error.to_string())?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(config.address())
            .with_timeout(config.timeout())
            .build();
        Ok(Self {
            otlp: Arc::new(otlp.map_err(|error| error.to_string())?),
            runtime: Handle::current(),
            deadline: config.timeout(),
            failures: Failures::new(config.address()),
        })
    }

    async fn send(&self, batch: Vec<SpanData>) -> Result<(), String> {
        let (otlp, deadline) = (Arc::clone(&self.otlp), self.deadline);
        let sending = self.runtime.spawn(async move { timeout(deadline, otlp.export(batch)).await });
        match sending.await {
            Ok(Ok(sent)) => sent.map_err(|error| error.to_string()),
            Ok(Err(_)) => Err(format!("no answer within {} ms", deadline.as_millis())),
            Err(ended) => Err(ended.to_string()),
        }
    }
}

impl SpanExporter for Exporter {
    /// Never fails: what could not be sent is told here, and not for each batch.
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        if let Err(error) = self.send(batch).await {
            self.failures.note(spans, &error);
        }
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        if let Some(otlp) = Arc::get_mut(&mut self.otlp) {
            otlp.set_resource(resource);
        }
    }
}
