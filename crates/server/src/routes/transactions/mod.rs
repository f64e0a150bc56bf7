//! Operations on tasks, messages and state that are applied together.

pub(crate) mod apply;
pub(crate) mod read;
