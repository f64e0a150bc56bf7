//! Operations on swarms.

mod get;
mod page;
mod put;
pub(crate) use page::page;
