//! What there was: a sample at every refresh.

mod book;
mod sample;
mod thin;

pub use book::History;
pub use sample::{Quantiles, Sample};
pub use thin::thin;
