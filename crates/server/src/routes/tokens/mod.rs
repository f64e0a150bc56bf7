//! Who may do what: tokens, on all servers of a Redis.

pub(crate) mod add;
pub(crate) mod delete;
pub(crate) mod list;
mod view;
