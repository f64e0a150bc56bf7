use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use waggle_task_queue::model::TokenName;

use super::{Origin, Token};

/// Bytes of a digest by which a token is looked for; all others are compared in constant time.
const PREFIX: usize = 8;
/// More bytes than any token has are not even hashed.
const TOKEN_BYTES: usize = 512;

/// The tokens that are valid at a moment.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    by_prefix: HashMap<[u8; PREFIX], Vec<Arc<Token>>>,
    by_name: HashMap<TokenName, Arc<Token>>,
    /// Whether a token is asked for at all.
    pub(super) required: bool,
}

impl Tokens {
    pub(super) fn new(tokens: impl IntoIterator<Item = Arc<Token>>, required: bool) -> Self {
        let mut by_prefix = HashMap::<_, Vec<Arc<Token>>>::new();
        let mut by_name = HashMap::new();
        for token in tokens {
            // Nobody is let in as the service itself for being called so.
            if token.origin() != Origin::Own {
                by_name.entry(token.said().name.clone()).or_insert_with(|| Arc::clone(&token));
            }
            by_prefix.entry(prefix(&token.digest().0)).or_default().push(token);
        }
        Self { by_prefix, by_name, required }
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

    /// The token of this name, for whoever has a certificate; of two the one that was given first.
    pub(super) fn of_name(&self, name: &TokenName) -> Option<&Arc<Token>> {
        self.by_name.get(name)
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

    /// Fault: tokens-guessed
    #[test]
    fn a_name_finds_the_token_that_was_given_first_and_never_the_services_own() {
        let own = token("waggle", [1; 32]).said().clone();
        let own = Arc::new(Token::new(own, Origin::Own, 0));
        let tokens = Tokens::new([token("ci", [2; 32]), token("ci", [3; 32]), own], true);
        assert_eq!(tokens.of_name(&"ci".parse().unwrap()).unwrap().digest().0, [2; 32]);
        assert!(tokens.of_name(&"waggle".parse().unwrap()).is_none());
        assert!(tokens.of_name(&"CI".parse().unwrap()).is_none());
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
