//! `GET /perf/report`: its shape, and how it comes about.

mod build;
mod figures;
mod latency;
mod shape;

pub(crate) use build::{QUEUES, build, sample};
pub use shape::*;
