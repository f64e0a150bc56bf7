use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

const PREFIX: &str = "whsec_";
/// How signatures are written, and secrets read, with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What requests are signed with. `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// A text that is no secret; it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be `whsec_` and the base64 of 24 to 64 bytes, such as `openssl rand -base64 32` writes")]
pub struct SecretError;

impl Secret {
    /// Least bytes of a secret.
    pub const MIN_BYTES: usize = 24;
    /// Most bytes of a secret.
    pub const MAX_BYTES: usize = 64;

    /// Reads `whsec_` and base64.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let key = BASE64.decode(encoded).map_err(|_| SecretError)?;
        if !(Self::MIN_BYTES..=Self::MAX_BYTES).contains(&key.len()) {
            return Err(SecretError);
        }
        Hmac::new_from_slice(&key).map(Self).map_err(|_| SecretError)
    }

    /// The value of `webhook-signature` for a request with this id, Unix time in seconds, and body.
    pub(super) fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: usize) -> String {
        format!("{PREFIX}{}", BASE64.encode(vec![7; bytes]))
    }

    #[test]
    fn the_example_of_the_reference_libraries_has_their_signature() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_24_to_64_bytes() {
        for bytes in [24, 32, 64] {
            Secret::parse(&of(bytes)).unwrap();
        }
        Secret::parse(of(32).trim_end_matches('=')).unwrap();
        for text in [of(23), of(65), of(0), "whsec_".into(), "whsec_***".into(), of(32).replace("whsec_", "")]
        {
            assert_eq!(Secret::parse(&text).unwrap_err(), SecretError, "{text}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::parse(&of(24)).unwrap()), "Secret");
    }
}
