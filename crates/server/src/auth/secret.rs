//! Tokens as they are made: 256 random bits of the operating system's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// By this, scanners of repositories and logs know one when they see it.
const PREFIX: &str = "waggle_";

/// A new token.
///
/// # Errors
/// When the machine has no random bits.
pub(crate) fn make() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fault: tokens-guessed
    #[test]
    fn no_two_tokens_are_alike_and_each_carries_256_bits() {
        let (one, other) = (make().unwrap(), make().unwrap());
        assert_ne!(one, other);
        let bits = URL_SAFE_NO_PAD.decode(one.strip_prefix(PREFIX).unwrap()).unwrap();
        assert_eq!(bits.len(), 32);
    }
}
