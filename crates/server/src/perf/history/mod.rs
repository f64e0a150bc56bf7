//! What there was: a sample at every refresh.

mod sample;

pub use sample::{Quantiles, Sample};
