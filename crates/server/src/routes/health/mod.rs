//! Whether the service lives, and whether it works.

pub(crate) mod live;
pub(crate) mod ready;
