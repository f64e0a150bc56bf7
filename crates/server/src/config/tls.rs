use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use waggle_core::config::{Invalid, Validate, within};

/// `[server.tls]`: who can read on the way, and whom a connection comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// File with the certificate of the service and those between it and its authority, in PEM. Default empty: plain
    /// HTTP.
    pub certificate_file: PathBuf,
    /// File with the key of the certificate, in PEM. Needed with `certificate_file`.
    pub key_file: PathBuf,
    /// Whether clients are asked for certificates. Default `off`.
    pub client_certificates: ClientCertificates,
    /// File with the authorities of clients' certificates, in PEM. Needed where these are asked for.
    pub client_ca_file: PathBuf,
    /// How often the files are looked at, in milliseconds. Default 5000.
    pub reload_ms: u64,
}

/// Whether clients are asked for certificates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ClientCertificates {
    /// No.
    #[default]
    Off,
    /// Yes, and a client may do without.
    Optional,
    /// Without one there is no connection.
    Required,
}

impl TlsConfig {
    /// Shortest time between two looks at the files.
    pub const MIN_RELOAD_MS: u64 = 100;
    /// Longest time between two looks at the files: an hour.
    pub const MAX_RELOAD_MS: u64 = 3_600_000;

    /// Whether the service is reached over TLS.
    pub fn is_on(&self) -> bool {
        !self.certificate_file.as_os_str().is_empty()
    }

    /// [`reload_ms`](Self::reload_ms) as a duration.
    pub const fn reload(&self) -> Duration {
        Duration::from_millis(self.reload_ms)
    }
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificate_file: PathBuf::new(),
            key_file: PathBuf::new(),
            client_certificates: ClientCertificates::Off,
            client_ca_file: PathBuf::new(),
            reload_ms: 5_000,
        }
    }
}

impl TryFrom<String> for ClientCertificates {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "off" => Ok(Self::Off),
            "optional" => Ok(Self::Optional),
            "required" => Ok(Self::Required),
            _ => Err("expected `off`, `optional` or `required`"),
        }
    }
}

impl Validate for TlsConfig {
    /// A half of what belongs together would be taken for the whole.
    fn validate(&self) -> Result<(), Invalid> {
        within("reload_ms", self.reload_ms, Self::MIN_RELOAD_MS..=Self::MAX_RELOAD_MS)?;
        let is_asked = self.client_certificates != ClientCertificates::Off;
        let has_key = !self.key_file.as_os_str().is_empty();
        let has_ca = !self.client_ca_file.as_os_str().is_empty();
        let missing = |key, other: &str, why: &str| Err(Invalid::new(key, why).and(other));
        match (self.is_on(), has_key) {
            (true, false) => {
                missing("key_file", "certificate_file", "is needed where `certificate_file` is set")
            }
            (false, true) => missing("certificate_file", "key_file", "is needed where `key_file` is set"),
            (false, false) if is_asked => missing(
                "certificate_file",
                "client_certificates",
                "is needed where clients are asked for certificates",
            ),
            _ if is_asked && !has_ca => missing(
                "client_ca_file",
                "client_certificates",
                "is needed where clients are asked for certificates",
            ),
            _ if has_ca && !is_asked => missing(
                "client_certificates",
                "client_ca_file",
                "must be `optional` or `required` where `client_ca_file` is set",
            ),
            _ => Ok(()),
        }
    }
}
