//! What the handlers share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use waggle_task_queue::TaskQueue;

use crate::auth::{Access, Caller};
use crate::clients::{InFlight, LongPolls};
use crate::config::ServerConfig;
use crate::extract::BodyLimits;
use crate::perf::Monitor;
use crate::perf::validate::Runs;
use crate::snapshots::Desk;

/// The state of the router. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    queue: TaskQueue,
    access: Access,
    server: ServerConfig,
    long_polls: LongPolls,
    in_flight: InFlight,
    metrics: PrometheusHandle,
    document: Bytes,
    desk: Desk,
    monitor: Monitor,
    validations: OnceLock<Runs>,
    draining: AtomicBool,
    missing: Mutex<Option<&'static str>>,
}

impl App {
    /// The state for the queue of `monitor`; `access` says who may do what, `server` how much of it; `desk` is where
    /// snapshots are handed in and out; `metrics` renders what is recorded in this process.
    pub fn new(
        access: Access,
        server: &ServerConfig,
        desk: Desk,
        monitor: Monitor,
        metrics: PrometheusHandle,
    ) -> Self {
        let document = Bytes::from(crate::router::document());
        let draining = AtomicBool::new(false);
        let queue = monitor.queue().clone();
        Self(Arc::new(Inner {
            queue,
            access,
            long_polls: LongPolls::new(server),
            in_flight: InFlight::new(server),
            server: server.clone(),
            metrics,
            document,
            desk,
            monitor,
            validations: OnceLock::new(),
            draining,
            missing: Mutex::default(),
        }))
    }

    /// From now on new requests are refused, and those that wait are answered.
    pub fn drain(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
        self.0.queue.drain();
        self.0.monitor.updates().stop();
        if let Some(validations) = self.validations() {
            validations.stop();
        }
    }

    /// From now on it can be asked to validate itself; there is no address for that before it listens.
    pub fn validates(&self, validations: Runs) {
        // It listens on one address, and once.
        let _ = self.0.validations.set(validations);
    }

    /// Whether the service is stopping.
    pub fn is_draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    /// What a probe finds missing, by its code; true when that is news.
    pub(crate) fn missing(&self, code: Option<&'static str>) -> bool {
        let mut last = self.0.missing.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *last, code) != code
    }

    pub(crate) fn queue(&self) -> &TaskQueue {
        &self.0.queue
    }

    /// The queue for the calls of somebody.
    pub(crate) fn queue_of(&self, caller: &Caller) -> TaskQueue {
        caller.on(&self.0.queue)
    }

    /// Who may do what.
    pub(crate) fn access(&self) -> &Access {
        &self.0.access
    }

    /// How the service is reached, and how much may be asked of it.
    pub(crate) fn server(&self) -> &ServerConfig {
        &self.0.server
    }

    pub(crate) fn body_limits(&self) -> BodyLimits {
        self.0.server.body_limits()
    }

    /// Between two comments to a reader of events for whom there is nothing else.
    pub(crate) fn sse_heartbeat(&self) -> Duration {
        self.0.server.sse_heartbeat()
    }

    /// The requests that wait.
    pub(crate) fn long_polls(&self) -> &LongPolls {
        &self.0.long_polls
    }

    /// The bytes of bodies and of answers that are in memory.
    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    /// Where snapshots are handed in and out.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// What this server knows of itself.
    pub(crate) fn monitor(&self) -> &Monitor {
        &self.0.monitor
    }

    /// The validations it makes of itself, as soon as it listens.
    pub(crate) fn validations(&self) -> Option<&Runs> {
        self.0.validations.get()
    }

    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.0.metrics
    }

    /// The OpenAPI document as text.
    pub(crate) fn document(&self) -> Bytes {
        self.0.document.clone()
    }
}
