//! `waggle schedule`: tasks that are submitted again and again, from a shell.

mod args;
mod delete;
mod get;
mod list;
mod pause;
mod put;
mod resume;
mod run;
mod said;

pub use args::ScheduleArgs;
