use std::time::Duration;

use axum::http::Uri;
use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};

/// `[trace]`: where spans are sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TraceConfig {
    /// Base address of an OTLP collector that speaks HTTP, such as `http://127.0.0.1:4318`. Default empty: nothing is
    /// traced.
    pub endpoint: String,
    /// Percent of the traces that begin here and are kept, 0 to 100; a caller that sends a `traceparent` has decided
    /// already. Default 100.
    pub sample_percent: u64,
    /// Longest time for sending a batch, and for sending what is left at the end, in milliseconds. Default 5,000.
    pub timeout_ms: u64,
    /// Name of this service among those that are traced. Default `waggle`.
    pub service_name: String,
}

impl TraceConfig {
    /// Bytes the service's name may have.
    pub const MAX_NAME_BYTES: usize = 128;

    /// Whether anything is traced.
    pub const fn is_on(&self) -> bool {
        !self.endpoint.is_empty()
    }

    /// Where batches are posted to: [`endpoint`](Self::endpoint) is the base address, as in `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn address(&self) -> String {
        format!("{}/v1/traces", self.endpoint.trim_end_matches('/'))
    }

    /// [`timeout_ms`](Self::timeout_ms) as a duration.
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl Default for TraceConfig {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            sample_percent: 100,
            timeout_ms: 5_000,
            service_name: "waggle".to_owned(),
        }
    }
}

impl Validate for TraceConfig {
    fn validate(&self) -> Result<(), Invalid> {
        if self.is_on() {
            check_endpoint(&self.endpoint).map_err(|problem| Invalid::new("endpoint", problem))?;
        }
        within("sample_percent", self.sample_percent, 0..=100)?;
        within("timeout_ms", self.timeout_ms, 100..=60_000)?;
        let name = &self.service_name;
        if name.is_empty() || name.len() > Self::MAX_NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Invalid::new("service_name", "must have 1 to 128 bytes, and no control characters"));
        }
        Ok(())
    }
}

fn check_endpoint(endpoint: &str) -> Result<(), &'static str> {
    if endpoint.starts_with("https:") {
        return Err(
            "must begin with `http://`: spans leave without TLS; name a collector on this machine or in its \
                    own network, which can send them on over TLS",
        );
    }
    let uri = endpoint.parse::<Uri>().ok();
    let plain = uri.is_some_and(|uri| {
        uri.scheme_str() == Some("http")
            && uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    });
    if plain { Ok(()) } else { Err("must be an address such as `http://127.0.0.1:4318`") }
}
