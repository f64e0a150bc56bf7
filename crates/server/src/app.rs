//! What the handlers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use waggle_task_queue::TaskQueue;

use crate::extract::BodyLimits;

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    queue: TaskQueue,
    body_limits: BodyLimits,
    metrics: PrometheusHandle,
    document: Bytes,
    draining: AtomicBool,
}

impl App {
    /// The state for `queue`; `metrics` renders what is recorded in this process.
    pub fn new(queue: TaskQueue, body_limits: BodyLimits, metrics: PrometheusHandle) -> Self {
        let document = Bytes::from(crate::router::document());
        Self(Arc::new(Inner { queue, body_limits, metrics, document, draining: AtomicBool::new(false) }))
    }

    /// From now on new requests are refused, and those that wait are answered.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
        self.0.queue.drain();
    }

    /// Whether the service is stopping.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn queue(&self) -> &TaskQueue {
        &self.0.queue
    }

    pub(crate) fn body_limits(&self) -> BodyLimits {
        self.0.body_limits
    }

    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.0.metrics
    }

    /// The OpenAPI document as text.
    pub(crate) fn document(&self) -> Bytes {
        self.0.document.clone()
    }
}
