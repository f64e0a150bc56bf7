//! `GET /perf/report`: its shape, and how it comes about.

mod shape;
mod text;

pub use shape::*;
pub use text::text;
