//! `GET /perf/report`: its shape, and how it comes about.

mod shape;

pub use shape::*;
