//! A copy of the private Redis' data while it is written.
//!
//! The append-only file is several files, and a manifest says which: closed ones, which never change, and a last one that
//! only grows. A copy of all of them is the data as it was at some instant while the last one was copied, as long as the
//! manifest was the same before and after; what a command that was cut off at its end would have done is left out when it
//! is loaded. Redis is not asked, so it makes no difference whether it runs. The format is that of Redis 7.0
//! (`aof.c`, "AOF Manifest file implementation").

mod copy;
mod error;
mod manifest;
#[cfg(test)]
mod tests;

pub use copy::{backup, manifest_of};
pub use error::BackupError;
