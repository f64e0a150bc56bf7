//! What the process has done lately, as histograms of the last ten minutes.
//!
//! Each thread records into histograms of its own, so that no request waits for another one's lock; they are gathered
//! once a second and whenever somebody asks. A second is kept by itself for a minute, then in stretches of 15 seconds.
//! What was recorded is thrown away after ten minutes, however long the process runs.

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

/// The longest window that can be asked for, in seconds.
pub const LONGEST_SECONDS: u64 = 600;
/// The largest value that is told apart; larger ones count as this: 67 s in microseconds.
pub const LARGEST: u64 = (1 << 26) - 1;
