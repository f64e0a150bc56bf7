//! What must hold of whatever bytes come in, one target a file. The targets of `fuzz/` are these same files.

pub(crate) mod codec;
pub(crate) mod names;
pub(crate) mod problems;
pub(crate) mod settings;
pub(crate) mod snapshot;
pub(crate) mod task;
pub(crate) mod transaction;
