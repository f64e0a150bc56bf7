use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{Layer as _, Registry};
use waggle_core::trace::TARGET;

use super::exporter::Exporter;
use crate::config::TraceConfig;

/// Spans that wait to be sent; what comes on top is dropped and counted. About a KiB each.
const QUEUE_SPANS: usize = 8_192;
/// Spans of a batch.
const BATCH_SPANS: usize = 512;
/// How long a span waits for company.
const BATCH_EVERY: Duration = Duration::from_secs(1);

/// What listens to spans.
pub(crate) type Layer = Box<dyn tracing_subscriber::Layer<Registry> + Send + Sync>;

/// Of this process: the spans of its log's subscriber are of one tracer.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// The tracer; nothing where nothing is traced.
pub(super) fn tracer() -> Option<&'static SdkTracer> {
    TRACER.get()
}

/// The sending of spans, from the start of the service to its end.
#[derive(Debug, Default)]
pub(crate) struct Tracing(Option<Sending>);

#[derive(Debug)]
struct Sending {
    provider: SdkTracerProvider,
    timeout: Duration,
}

impl Tracing {
    /// Begins to send spans where `config` names a collector, and returns what has to listen to them. Must be called
    /// within a tokio runtime.
    ///
    /// # Errors
    /// What keeps the exporter from being built.
    pub(crate) fn start(config: &TraceConfig) -> Result<(Self, Option<Layer>), String> {
        if !config.is_on() {
            return Ok((Self::default(), None));
        }
        let provider = provider(config)?;
        // The tracer of an earlier service in this process stays: its subscriber does too.
        let tracer = TRACER.get_or_init(|| provider.tracer("waggle"));
        let layer = layer(tracer.clone());
        Ok((Self(Some(Sending { provider, timeout: config.timeout() })), Some(layer)))
    }

    /// Sends what is left, for no longer than a batch may take.
    pub(crate) async fn stop(self) {
        let Some(Sending { provider, timeout }) = self.0 else { return };
        let stopped = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(timeout)).await;
        if let Ok(Err(error)) = stopped {
            ::tracing::warn!(%error, "not all spans could be sent before the end");
        }
    }
}

fn provider(config: &TraceConfig) -> Result<SdkTracerProvider, String> {
    // Named here, each: the SDK would take it from the environment otherwise.
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE_SPANS)
        .with_max_export_batch_size(BATCH_SPANS)
        .with_scheduled_delay(BATCH_EVERY);
    let exporter = Exporter::new(config)?;
    let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches.build()).build();
    #[expect(clippy::cast_precision_loss, reason = "0 to 100")]
    let ratio = config.sample_percent as f64 / 100.0;
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio)));
    Ok(SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_sampler(sampler)
        .with_resource(resource(config))
        .build())
}

fn resource(config: &TraceConfig) -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    Resource::builder().with_service_name(config.service_name.clone()).with_attribute(version).build()
}

/// Hears of spans for traces alone, and leaves out of them what only a log wants to know.
fn layer(tracer: SdkTracer) -> Layer {
    let layer = OpenTelemetryLayer::new(tracer)
        .with_context_activation(false)
        .with_tracked_inactivity(false)
        .with_location(false)
        .with_threads(false)
        .with_target(false);
    layer.with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE)).boxed()
}
