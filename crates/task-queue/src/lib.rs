//! Tasks and the agents that work on them: the domain of Waggle, without HTTP.
//!
//! Every change of state is one Redis function (`lua/`); every operation is one
//! method of [`TaskQueue`], in a file of its own under `task/`.

pub mod audit;
mod error;
pub mod keys;
mod library;
pub mod limits;
pub mod maintenance;
pub mod migrate;
pub mod model;
mod store;
mod swarm;
mod task;
mod waiters;

pub use error::Error;
pub use library::{VERSION, library, library_with_manual_clock};
pub use maintenance::Maintenance;
pub use task::{BatchAccepted, BatchItem, BatchSubmitted, Idempotency, Submitted, TaskQueue};
