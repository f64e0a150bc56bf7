//! TLS: of the service, of what it calls, and of its own command line.
//!
//! What a connection gets is looked up when it begins, so that a certificate is renewed without a restart
//! ([decision 32](../../docs/decisions/0032-tls.md)).

mod client;
mod error;
mod files;
mod loaded;
mod own;
mod peer;
mod reloader;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use client::{ClientFiles, http_client, machine_roots, trusting, trusting_nobody};
pub use error::TlsError;
pub(crate) use reloader::Reloader;
pub(crate) use service::Tls;
