//! What the process has done lately, as histograms of the last ten minutes.
//!
//! Each thread records into histograms of its own, so that no request waits for another one's lock; they are gathered
//! once a second and whenever somebody asks. A second is kept by itself for a minute, then in stretches of 20 seconds.
//! What was recorded is thrown away after ten minutes, however long the process runs.

use std::time::Duration;

mod count;
mod names;
mod recorder;
mod ring;
mod series;
mod shard;
mod slot;
mod window;

pub use count::Count;
pub use recorder::{ErrorId, OperationId, Recorder};
pub use series::Series;
pub use slot::{Slot, Tally};
pub use window::{Histogram, Window};

/// The longest window that can be asked for.
pub const LONGEST: Duration = Duration::from_secs(LONGEST_SECONDS);
/// The same in seconds.
pub const LONGEST_SECONDS: u64 = 600;
