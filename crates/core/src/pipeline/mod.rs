//! The coalescing pipeline: calls that wait at the same time travel together.
//!
//! One task per handle flushes. A call goes out at once when nothing is on its
//! way. Otherwise whatever arrives waits for those replies and then goes out
//! together, or earlier: once the oldest has waited `max_delay_ms`, or once
//! `max_operations` wait. So light load pays no latency for throughput, and
//! under heavy load the batches grow by themselves.

mod entry;
mod flush;
mod flusher;
mod handle;
mod late;
mod merge;
mod queue;
mod timings;

pub(crate) use handle::Pipeline;
pub use late::LateCall;
pub use merge::{Merge, Merger};
pub(crate) use timings::Timings;
