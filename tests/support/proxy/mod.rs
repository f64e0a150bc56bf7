//! A proxy that stands between two processes and misbehaves on demand.

mod connection;
mod listener;
mod mode;

pub use listener::Proxy;
pub use mode::Mode;
