//! Snapshots: a whole swarm as lines of JSON, and back into an empty swarm.
//!
//! The first line says what is said of the swarm, the last one counts the lines between them and has their digest, so
//! that a file that was cut off or changed is known as such. Between them agents come with their inboxes, then the
//! state, then the tasks. Events, idempotency keys, claim ids and leases are not part of a snapshot.
//!
//! A snapshot is made in pages while the swarm is worked on. Each record is read at one instant, all of them not: a task
//! that moves meanwhile is in the file once, perhaps twice, as it was when it was met. A restore ignores the second one.

mod attempt;
mod batch;
mod begin;
mod check;
mod circles;
mod end;
mod export;
mod export_agents;
mod format;
mod header;
mod inbox;
mod patience;
mod records;
mod restore;
mod task;
mod task_check;
mod task_read;

pub use check::{Broken, Check as SnapshotCheck, Checked as CheckedSnapshot};
pub use end::Counts as SnapshotCounts;
pub use export::{Export, Page};
