//! Queues: their limits and defaults, what they hold, and what is done to many of their tasks.

mod drain;
mod get;
mod limits;
mod list;
mod pause;
mod purge;
mod put;
mod record;
mod replay;
mod resume;
mod rules;

pub(crate) use limits::Limits;
pub(crate) use record::Said;
pub(crate) use rules::rules_text;
