//! What clients did and were told, and whether that can be true of the service the contract describes.

mod client;
mod event;
mod features;
mod invariants;
mod kept;
mod life;
mod linear;
mod messages;
mod recorder;
mod verdict;

pub use client::{Answered, Client, Ended};
pub use event::{Event, Op, Outcome};
pub use kept::Witness;
pub use recorder::History;
pub use verdict::{Finding, Verdict};
