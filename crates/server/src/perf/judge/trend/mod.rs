//! Where figures are going: slopes that are told apart from noise.

mod mann_kendall;
mod metric;
mod theil_sen;
mod trends;

pub use trends::{MIN_SAMPLES, trends};
