//! Which topics' messages reach an agent.

pub(crate) mod delete;
pub(crate) mod put;
