use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tower_http::csrf::CsrfLayer;
use waggle_core::config::{Invalid, Validate, within};
use waggle_task_queue::limits::{BATCH_TASKS, JSON_DEPTH, WAITING_CLAIMS};

use super::{Listen, TlsConfig};
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
    /// Levels the JSON of a body may be nested. Default 64.
    pub max_json_depth: usize,
    /// Tasks a batch may carry. Default 1000.
    pub max_batch_tasks: usize,
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
    /// Connections at the same time, as far as the limit of open files goes; more are closed at once. Default 50000.
    pub max_connections: usize,
    /// Connections of one client at the same time; more are closed at once. Default 25000; 0 for any number.
    pub max_connections_per_client: usize,
    /// Requests that wait, and readers of events, at the same time; more are answered with 503. Default 50000.
    pub max_long_polls: usize,
    /// The same of one client; more are answered with 429. Default 25000; 0 for any number.
    pub max_long_polls_per_client: usize,
    /// Bytes of bodies that are being read or answered, and of answers that are not taken yet, at the same time, half of
    /// them of one client; beyond that, requests are answered with 503 and 429. Default 1 GiB.
    pub in_flight_bytes: usize,
    /// Names, besides addresses and `localhost`, under which the service may be asked where it asks for no token.
    /// Default none.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may ask by way of a browser, such as `https://ops.example`. Default none.
    pub cors_origins: Vec<String>,
    /// Longest time requests may take to finish when the service stops, in milliseconds. Default 10000.
    pub shutdown_timeout_ms: u64,
    /// Listen on other addresses than loopback although nobody has to say who they are. Default false.
    pub insecure_no_auth: bool,
    /// Who can read on the way, and whom a connection comes from.
    pub tls: TlsConfig,
}

impl ServerConfig {
    /// Longest of all timeouts: ten minutes.
    pub const MAX_TIMEOUT_MS: u64 = 600_000;
    /// Largest body anybody may allow: 64 MiB.
    pub const MAX_BODY_BYTES: usize = 64 << 20;
    /// Most connections anybody may allow.
    pub const MAX_CONNECTIONS: usize = 1_000_000;
    /// Most bytes anybody may allow to be in memory: 1 TiB.
    pub const MAX_IN_FLIGHT_BYTES: usize = 1 << 40;
    /// Bodies of the largest size that have room in memory at least: two of a client, with what may be around them.
    const LEAST_BODIES: usize = 4;
    /// Most names and origins anybody may list.
    pub const MAX_NAMES: usize = 100;

    /// What is read of a body.
    pub const fn body_limits(&self) -> BodyLimits {
        BodyLimits {
            bytes: self.body_limit_bytes,
            timeout: Duration::from_millis(self.body_timeout_ms),
            depth: self.max_json_depth,
            batch: self.max_batch_tasks,
        }
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
            max_json_depth: JSON_DEPTH,
            max_batch_tasks: BATCH_TASKS,
            header_timeout_ms: 10_000,
            body_timeout_ms: 30_000,
            write_timeout_ms: 30_000,
            idle_timeout_ms: 75_000,
            sse_heartbeat_ms: 15_000,
            max_connections: 50_000,
            max_connections_per_client: 25_000,
            max_long_polls: 50_000,
            max_long_polls_per_client: 25_000,
            in_flight_bytes: 1 << 30,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            shutdown_timeout_ms: 10_000,
            insecure_no_auth: false,
            tls: TlsConfig::default(),
        }
    }
}

impl Validate for ServerConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("body_limit_bytes", self.body_limit_bytes, 1_024..=Self::MAX_BODY_BYTES)?;
        within("max_json_depth", self.max_json_depth, 1..=JSON_DEPTH)?;
        within("max_batch_tasks", self.max_batch_tasks, 1..=BATCH_TASKS)?;
        within("header_timeout_ms", self.header_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("body_timeout_ms", self.body_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("write_timeout_ms", self.write_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("idle_timeout_ms", self.idle_timeout_ms, 1..=Self::MAX_TIMEOUT_MS)?;
        within("sse_heartbeat_ms", self.sse_heartbeat_ms, 10..=Self::MAX_TIMEOUT_MS)?;
        within("max_connections", self.max_connections, 1..=Self::MAX_CONNECTIONS)?;
        within("max_connections_per_client", self.max_connections_per_client, 0..=Self::MAX_CONNECTIONS)?;
        within("max_long_polls", self.max_long_polls, 1..=WAITING_CLAIMS)?;
        within("max_long_polls_per_client", self.max_long_polls_per_client, 0..=WAITING_CLAIMS)?;
        let least = self.body_limit_bytes * Self::LEAST_BODIES;
        within("in_flight_bytes", self.in_flight_bytes, least..=Self::MAX_IN_FLIGHT_BYTES)?;
        listed("allowed_hosts", &self.allowed_hosts, "names without scheme and port", is_host)?;
        listed("cors_origins", &self.cors_origins, "origins such as `https://ops.example`", is_origin)?;
        within("shutdown_timeout_ms", self.shutdown_timeout_ms, 0..=Self::MAX_TIMEOUT_MS)?;
        self.tls.validate().map_err(|e| e.under("tls"))
    }
}

fn listed(key: &str, list: &[String], what: &str, is_one: fn(&str) -> bool) -> Result<(), Invalid> {
    let most = ServerConfig::MAX_NAMES;
    if list.len() > most || !list.iter().all(|each| is_one(each)) {
        return Err(Invalid::new(key, format!("must be {what}, {most} at most")));
    }
    Ok(())
}

fn is_host(name: &str) -> bool {
    (1..=253).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// As a browser writes it: in lower case, without what stands for itself, such as the port 443 of `https`.
fn is_origin(origin: &str) -> bool {
    let is_lower = !origin.bytes().any(|byte| byte.is_ascii_uppercase());
    let default_port = [("http://", ":80"), ("https://", ":443")];
    let is_short =
        !default_port.iter().any(|(scheme, port)| origin.starts_with(scheme) && origin.ends_with(port));
    is_lower && is_short && CsrfLayer::new().add_trusted_origin(origin).is_ok()
}
