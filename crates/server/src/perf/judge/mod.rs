//! What the figures mean: intervals, targets, confidence, trends and recommendations. Nothing here measures, waits or
//! asks: the same figures are always judged the same way.

mod confidence;
mod interval;
mod measured;
mod recommend;
mod target;
#[cfg(test)]
mod testing;
mod trend;

pub use confidence::{Part, confidence};
pub use interval::{Interval, quantile_interval, wilson_interval};
pub use measured::{Measured, targets};
pub use recommend::recommendations;
pub use target::{
    Bound, Judged, MIN_COMPRESSED_VALUES, at_once, quantile_at_most, rate_at_most, saved_at_least,
    throughput_at_least,
};
pub use trend::{MIN_SAMPLES, trends};
