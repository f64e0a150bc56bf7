//! Traces: OpenTelemetry over OTLP, where a collector is configured.
//!
//! A request is a span, each call of a function within it another one. A task has a trace of its own, or its
//! submitter's: what is done with it is told there, whichever server does it. Where nothing is configured there is no
//! tracer, and nobody asks for more than that.

mod context;
mod exporter;
mod failures;
mod request;
mod runs;
mod task;
mod tracing;

pub(crate) use context::current;
pub(crate) use request::{answered, request};
pub(crate) use runs::Runs;
pub(crate) use task::claimed;
pub(crate) use tracing::{Layer, Tracing};
