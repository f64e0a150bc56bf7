//! The version of the keys in Redis, and the way from one to the next.
//!
//! A ledger (`lua/keyspace_*.lua`) says which version the keys have and how far a migration has come. `waggle serve`
//! works on the version it knows and on no other; `waggle migrate` runs the steps in between: bounded, resumable after
//! an interruption, and harmless when two processes run them at once. `migrations/README.md` says how to write one.

mod error;
mod ledger;
mod migrator;
mod released;
mod state;
mod step;
mod walk;

pub use error::Error;
pub use migrator::{Migrated, Migrator};
pub use released::{VERSION, begin, run, status};
pub use state::KeyspaceState;
pub use step::{Progress, Step, StepFuture};
pub(crate) use walk::{Key, Walk, root_and_rest, walk_all};
