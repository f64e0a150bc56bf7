//! Operations on swarms.

mod clear;
mod delete;
mod directory;
mod get;
mod list;
mod page;
mod pause;
mod put;
mod rates;
mod resume;
pub(crate) mod stats;

pub(crate) use clear::{Clearing, clear};
pub(crate) use directory::{enroll, withdraw};
pub(crate) use get::described;
pub(crate) use page::page;
pub(crate) use stats::counts;
