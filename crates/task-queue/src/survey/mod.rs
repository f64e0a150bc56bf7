//! What all swarms hold, looked at again and again in bounded steps.

mod figures;
mod queues;
mod surveyor;
mod swarms;
mod waited;

pub use figures::{QueueSeen, SwarmSeen};
pub use surveyor::{Survey, Surveyor};
