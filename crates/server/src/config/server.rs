use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};

use super::Listen;
use crate::extract::BodyLimits;

/// `[server]`: how the service is reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port. Default `127.0.0.1:8700`; port 0 takes any that is free.
    pub listen: Listen,
    /// Where the private Redis keeps its data. Default `./data`.
    pub data_dir: PathBuf,
    /// Bytes a request's body may have. Default 1 MiB.
    pub body_limit_bytes: usize,
    /// Longest time a request's headers may take, in milliseconds. Default 10000.
    pub header_timeout_ms: u64,
    /// Longest time a request's body may take, in milliseconds. Default 30000.
    pub body_timeout_ms: u64,
    /// Longest time a client may take to read what waits for it, in milliseconds. Default 30000.
    pub write_timeout_ms: u64,
    /// A connection without a request for this long is closed, in milliseconds. Default 75000.
    pub idle_timeout_ms: u64,
    /// A reader of server-sent events for whom there is nothing gets a comment this often, in milliseconds. Default 15000.
    pub sse_heartbeat_ms: u64,
    /// Connections at the same time; more are closed at once. Default 50000.
    pub max_connections: usize,
    /// Longest time requests may take to finish when the service stops, in milliseconds. Default 10000.
    pub shutdown_timeout_ms: u64,
    /// Listen on other addresses than loopback although nobody has to say who they are. Default false.
    pub insecure_no_auth: bool,
}

impl ServerConfig {
    /// Longest of all timeouts: ten minutes.
    pub const MAX_TIMEOUT_MS: u64 = 600_000;
    /// Largest body anybody may allow: 64 MiB.
    pub const MAX_BODY_BYTES: usize = 64 << 20;
    /// Most connections anybody may allow.
    pub const MAX_CONNECTIONS: usize = 1_000_000;

    /// What is read of a body.
    pub const fn body_limits(&self) -> BodyLimits {
        BodyLimits { bytes: self.body_limit_bytes, timeout: Duration::from_millis(self.body_timeout_ms) }
    }

    /// [`sse_heartbeat_ms`](Self::sse_heartbeat_ms) as a duration.
    pub const fn sse_heartbeat(&self) -> Duration {
        Duration::from_millis(self.sse_heartbeat_ms)
    }

    /// [`shutdown_timeout_ms`](Self::shutdown_timeout_ms) as a duration.
    pub const fn shutdown_timeout(&self) -> Duration {
        Duration::from_millis(self.shutdown_timeout_ms)
    }
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: Listen::default(),
            data_dir: PathBuf::from("./data"),
            body_limit_bytes: 1 << 20,
            header_timeout_ms: 10_000,
            body_timeout_ms: 30_000,
            write_timeout_ms: 30_000,
            idle_timeout_ms: 75_000,
            sse_heartbeat_ms: 15_000,
            max_connections: 50_000,
            shutdown_timeout_ms: 10_000,
            insecure_no_auth: false,
        }
    }
}

impl Validate for ServerConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("body_limit_bytes", self.body_limit_bytes, 1_024..=Self::MAX_BODY_BYTES)?;
        within("header_timeout_ms", self.header_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("body_timeout_ms", self.body_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("write_timeout_ms", self.write_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("idle_timeout_ms", self.idle_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("sse_heartbeat_ms", self.sse_heartbeat_ms, 10..=Self::MAX_TIMEOUT_MS)?;
        within("max_connections", self.max_connections, 1..=Self::MAX_CONNECTIONS)?;
        within("shutdown_timeout_ms", self.shutdown_timeout_ms, 0..=Self::MAX_TIMEOUT_MS)
    }
}
