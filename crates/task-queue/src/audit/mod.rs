//! Whether what is in Redis fits together: each task in one state and in that state's index, the counts as the tasks are,
//! nothing left behind, nothing that expires though it must not; agents hold what runs, inboxes what was sent to them, the
//! indexes of the state its keys.
//!
//! It only reads, in bounded steps, and remembers a few dozen bytes for each task. Of a swarm at rest every finding is
//! true. On a live one tasks move between the steps, so a finding counts only when it is found again and again
//! ([`PASSES`] times), and counts and special lists are compared only in queues in which no task moved during a pass.
//!
//! The checks read the stored form by rules of their own, not through `store/`: what is to be checked is no witness.

mod agents;
mod attribute;
mod check;
mod counts;
mod dedup;
mod indexes;
mod inventory;
mod keyed;
mod keyspace;
mod kind;
mod messages;
mod pages;
mod pass;
mod record;
mod report;
mod run;
mod schedules;
mod specials;
mod states;
mod subscriptions;
mod swarm;
mod task;
mod totals;
mod trails;
mod usage;
mod waits;

pub use check::Check;
pub use report::{Finding, Report};
pub use run::{PASSES, run, run_swarm};
