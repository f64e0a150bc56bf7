use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Token;

/// Bytes of a digest by which a token is looked for; all others are compared in constant time.
const PREFIX: usize = 8;
/// More bytes than any token has are not even hashed.
const TOKEN_BYTES: usize = 512;

/// The tokens that are valid at a moment.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    by_prefix: HashMap<[u8; PREFIX], Vec<Arc<Token>>>,
    /// Whether a token is asked for at all.
    pub(super) required: bool,
}

impl Tokens {
    pub(super) fn new(tokens: impl IntoIterator<Item = Arc<Token>>, required: bool) -> Self {
        let mut by_prefix = HashMap::<_, Vec<Arc<Token>>>::new();
        for token in tokens {
            by_prefix.entry(prefix(&token.digest().0)).or_default().push(token);
        }
        Self { by_prefix, required }
    }

    /// The token of this text.
    ///
    /// Whoever measures how long this takes learns something of digests at most, and a digest does not lead to a text
    /// that has it.
    pub(super) fn find(&self, text: &[u8]) -> Option<&Arc<Token>> {
        if text.len() > TOKEN_BYTES {
            return None;
        }
        let digest: [u8; 32] = Sha256::digest(text).into();
        let candidates = self.by_prefix.get(&prefix(&digest)).map_or(&[][..], Vec::as_slice);
        candidates.iter().find(|token| token.digest().0.ct_eq(&digest).into())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Token>> {
        self.by_prefix.values().flatten()
    }
}

fn prefix(digest: &[u8; 32]) -> [u8; PREFIX] {
    let mut prefix = [0; PREFIX];
    prefix.copy_from_slice(&digest[..PREFIX]);
    prefix
}

#[cfg(test)]
mod tests {
    use waggle_task_queue::model::{NewToken, Scopes, TokenDigest};

    use super::super::Origin;
    use super::*;

    fn token(name: &str, digest: [u8; 32]) -> Arc<Token> {
        let said = NewToken {
            name: name.parse().unwrap(),
            sha256: TokenDigest(digest),
            scopes: Scopes::ALL,
            swarms: Vec::new(),
            agent: None,
            expires_at: None,
        };
        Arc::new(Token::new(said, Origin::Configuration, 0))
    }

    #[test]
    fn only_the_whole_digest_finds_a_token() {
        let digest: [u8; 32] = Sha256::digest(b"right").into();
        let mut other = digest;
        other[31] ^= 1;
        let tokens = Tokens::new([token("near", other)], true);
        assert!(tokens.find(b"right").is_none());
        let tokens = Tokens::new([token("near", other), token("exact", digest)], true);
        assert_eq!(tokens.find(b"right").unwrap().said().name.as_str(), "exact");
        assert!(tokens.find(b"wrong").is_none() && tokens.find(b"").is_none());
        assert!(tokens.find(&vec![b'x'; 100_000]).is_none());
    }
}
