use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use waggle_task_queue::model::TokenDigest;

use crate::auth::secret;

/// The one token that a measured service knows.
#[derive(Debug)]
pub(crate) struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// When the machine has no random bits.
    pub(crate) fn new() -> anyhow::Result<Token> {
        secret::make().map(Token).context("this machine has no random bits")
    }

    /// What its owner shows.
    pub(crate) fn shown(&self) -> &str {
        &self.0
    }

    /// What tells the service of it: it may do everything.
    pub(crate) fn settings(&self) -> String {
        let digest = TokenDigest(Sha256::digest(&self.0).into());
        format!(
            "[[auth.tokens]]\nname = \"bench\"\nsha256 = \"{digest}\"\n\
             scopes = [\"submit\", \"work\", \"message\", \"state\", \"operate\", \"admin\"]\n"
        )
    }
}
