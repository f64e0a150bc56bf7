//! The private Redis: a server of our own on a unix socket, kept alive while the
//! service lives, and never longer.
//!
//! What makes sure that the data has one writer: the service holds one lock on the
//! data directory, and each Redis it starts holds another through its standard input.
//! The second lock outlives the service where Redis does, so nobody starts a second
//! Redis on files that the first may still write.

mod append_only;
mod backup;
mod conf;
mod crashes;
mod data_dir;
mod diagnose;
mod error;
mod find;
mod lock;
mod log;
mod private;
mod ready;
mod spawn;
mod supervisor;

#[cfg(test)]
mod tests;
mod version;

pub use backup::{BackupError, backup, manifest_of};
pub use error::StartError;
pub use private::PrivateRedis;
