use serde::Deserialize;

use super::Invalid;

/// `[redis.tls]`: certificates of a Redis whose address begins with `rediss://`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisTlsConfig {
    /// PEM file of the authorities that may have signed Redis's certificate. Empty (default): those that the machine
    /// trusts.
    pub ca_file: String,
    /// PEM file of the certificate that the service shows, with those that lead to its authority. Empty (default): none.
    pub certificate_file: String,
    /// PEM file of that certificate's private key.
    pub key_file: String,
}

impl RedisTlsConfig {
    /// `encrypted`: whether there is an address that this is for.
    pub(super) fn validate(&self, encrypted: bool) -> Result<(), Invalid> {
        let files = [
            ("ca_file", &self.ca_file),
            ("certificate_file", &self.certificate_file),
            ("key_file", &self.key_file),
        ];
        if let Some((key, _)) = files.iter().find(|(_, file)| !encrypted && !file.is_empty()) {
            return Err(Invalid::new(key, "is for an address that begins with `rediss://`"));
        }
        match (self.certificate_file.is_empty(), self.key_file.is_empty()) {
            (false, true) => Err(Invalid::new("certificate_file", "needs `redis.tls.key_file` beside it")),
            (true, false) => Err(Invalid::new("key_file", "needs `redis.tls.certificate_file` beside it")),
            _ => Ok(()),
        }
    }
}
