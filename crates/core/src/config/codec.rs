use serde::Deserialize;

use super::{Invalid, Validate, within};

/// `[redis.codec]`: when a stored value is compressed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodecConfig {
    /// Values of at least this many bytes are compressed where it pays. Default 1024.
    ///
    /// May be changed at any time: what was written under another value stays readable.
    pub threshold_bytes: usize,
}

impl CodecConfig {
    /// A threshold above every possible value would switch compression off
    /// unnoticed; this is the highest, 64 MiB.
    pub const MAX_THRESHOLD_BYTES: usize = 64 << 20;
}

impl Default for CodecConfig {
    fn default() -> Self {
        Self { threshold_bytes: 1_024 }
    }
}

impl Validate for CodecConfig {
    fn validate(&self) -> Result<(), Invalid> {
        within("threshold_bytes", self.threshold_bytes, 0..=Self::MAX_THRESHOLD_BYTES)
    }
}
