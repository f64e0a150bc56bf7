//! Tasks and the agents that work on them: the domain of Waggle, without HTTP.
//!
//! Every change of state is one Redis function (`lua/`); every operation is one
//! method of [`TaskQueue`], in a file of its own under `task/`.

mod access;
mod agent;
pub mod audit;
#[cfg(all(feature = "deliberate-bugs", debug_assertions))]
mod deliberate_bugs;
mod error;
mod event;
mod fleet;
pub mod keys;
mod library;
pub mod limits;
pub mod maintenance;
mod message;
pub mod metrics;
pub mod migrate;
pub mod model;
mod queue;
mod schedule;
mod snapshot;
mod state;
mod store;
mod subscription;
mod survey;
mod swarm;
mod task;
mod token;
mod transaction;
mod waiters;

pub use access::rights;
pub use error::Error;
pub use event::{Followed, Follower, Until};
pub use fleet::{FleetEntry, FleetList};
pub use library::{VERSION, library, library_with_manual_clock};
pub use maintenance::Maintenance;
pub use message::MessageSent;
pub use snapshot::{Broken, CheckedSnapshot, Export, Page as SnapshotPage, SnapshotCheck, SnapshotCounts};
pub use state::Incremented;
pub use survey::{QueueSeen, Survey, Surveyor, SwarmSeen};
pub use task::{Attempt, BatchAccepted, BatchItem, BatchSubmitted, Idempotency, Submitted, TaskQueue};
pub use token::TokensRead;
pub use transaction::TransactionApplied;
