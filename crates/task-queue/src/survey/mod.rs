//! What all swarms hold, looked at again and again in bounded steps.

mod figures;
mod queues;
mod surveyor;
mod swarms;

pub use figures::{QueueSeen, SwarmSeen};
pub use surveyor::{Survey, Surveyor};
