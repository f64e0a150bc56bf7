//! The service's settings.

mod auth;
mod listen;
mod log;
mod perf;
mod server;
mod settings;
mod snapshots;
#[cfg(test)]
mod tests;
mod tls;
mod trace;

pub use auth::{AuthConfig, MetricsConfig};
pub use listen::Listen;
pub use log::{LogConfig, LogFormat};
pub use perf::{AlertsConfig, PerfConfig, TargetsConfig, WebhookConfig};
pub use server::ServerConfig;
pub use settings::{Flag, Settings, Source};
pub use snapshots::SnapshotsConfig;
pub use tls::{ClientCertificates, TlsConfig};
pub use trace::TraceConfig;
