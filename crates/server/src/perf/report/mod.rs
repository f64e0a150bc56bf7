//! `GET /perf/report`: its shape, and how it comes about.

mod build;
mod figures;
mod judgement;
mod latency;
mod shape;
mod text;

pub(crate) use build::{QUEUES, build, sample};
pub(crate) use figures::operations;
pub use judgement::*;
pub(crate) use latency::quantiles;
pub use shape::*;
pub(crate) use text::clean;
pub use text::text;
