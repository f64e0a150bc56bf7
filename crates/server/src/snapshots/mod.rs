//! Snapshots in files: those that are kept while they are checked, and those that are written by themselves.

mod desk;
mod files;
mod schedule;
mod spool;
mod write;

pub use desk::Desk;
pub(crate) use schedule::Schedule;
