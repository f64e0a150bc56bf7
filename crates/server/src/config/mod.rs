//! The service's settings.

mod listen;
mod log;
mod server;
mod settings;
mod snapshots;
#[cfg(test)]
mod tests;

pub use listen::Listen;
pub use log::{LogConfig, LogFormat};
pub use server::ServerConfig;
pub use settings::{Flag, Settings, Source};
pub use snapshots::SnapshotsConfig;
