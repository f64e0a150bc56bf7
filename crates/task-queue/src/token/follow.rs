//! Reads the tokens that are kept when they have changed: `lua/token_list.lua`.

use waggle_core::Call;

use super::record::read;
use crate::{
    Error, TaskQueue,
    keys::DIRECTORY_ROOT,
    library::function,
    model::{Stamp, StoredToken},
};

const FUNCTION: &str = function!("token_list");

/// What was read.
#[derive(Debug)]
pub struct TokensRead {
    /// Rises with every change; 0 as long as there never was a token.
    pub version: u64,
    /// The time of Redis.
    pub now: Stamp,
    /// All tokens; none where the version is the one that was known.
    pub tokens: Option<Vec<StoredToken>>,
}

impl TaskQueue {
    /// The tokens that are kept, unless their version is `known`.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn follow_tokens(&self, known: Option<u64>) -> Result<TokensRead, Error> {
        let mut call = Call::read_only(FUNCTION, DIRECTORY_ROOT);
        call.arg(known.map_or_else(String::new, |version| version.to_string()));
        let (version, now, tokens) = read(FUNCTION, self.inner.redis.call(call).await?)?;
        let tokens = (known != Some(version)).then_some(tokens);
        Ok(TokensRead { version, now, tokens })
    }
}
