//! Schedules: one file, one operation, one function; when they are due is the [`crate::maintenance::Scheduler`]'s.

mod delete;
mod get;
mod list;
mod put;
mod record;
mod run;

pub(crate) use record::{Scheduled, frame_of};
pub(crate) use run::task_of;
