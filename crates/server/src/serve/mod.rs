//! `waggle serve`: from settings to a service that answers, and in order to its end.

mod activity;
mod connection;
mod error;
mod gate;
mod keyspace;
mod listener;
mod log;
mod open;
mod protocol;
mod reach;
mod run;
#[cfg(test)]
mod secure_tests;
mod server;
mod signals;
mod store;
mod stream;
mod system;
#[cfg(test)]
mod tests;
mod untaken;

pub use error::ServeError;
pub use run::{Ended, run};
pub(crate) use signals::Signals;
pub use store::Store;
pub(crate) use system::raise_open_files;
