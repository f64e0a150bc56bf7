//! `waggle serve`: from settings to a service that answers, and in order to its end.

mod activity;
mod connection;
mod error;
mod gate;
mod keyspace;
mod listener;
mod log;
mod reach;
mod run;
mod server;
mod signals;
mod store;
mod system;
#[cfg(test)]
mod tests;

pub use error::ServeError;
pub use run::{Ended, run};
pub(crate) use signals::Signals;
pub use store::Store;
pub(crate) use system::raise_open_files;
