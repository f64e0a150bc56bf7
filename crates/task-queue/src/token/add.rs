//! Keeps a token for all servers: `lua/token_add.lua`.

use waggle_core::{Call, Value};

use crate::{
    Error, TaskQueue,
    keys::DIRECTORY_ROOT,
    library::function,
    model::{NewToken, Stamp, StoredToken},
    store::Reader,
};

const FUNCTION: &str = function!("token_add");

impl TaskQueue {
    /// Keeps a token; true when it is new.
    ///
    /// # Errors
    /// [`Error::TokenExists`], [`Error::TooManyTokens`], [`Error::Invalid`], [`Error::Redis`]. After an unknown outcome
    /// the same call does no harm.
    pub async fn add_token(&self, token: NewToken) -> Result<(StoredToken, bool), Error> {
        token.check()?;
        let record = serde_json::to_string(&token);
        let record = record.map_err(|error| waggle_core::Error::Internal { detail: error.to_string() })?;
        let mut call = Call::new(FUNCTION, DIRECTORY_ROOT);
        call.arg(token.name.as_str()).arg(token.sha256.to_string()).arg(record);
        let mut reply = match self.inner.redis.call(call).await? {
            Value::BulkString(word) if word == b"TOKENEXISTS" => {
                return Err(Error::TokenExists(token.name.to_string()));
            }
            Value::BulkString(word) if word == b"TOOMANYTOKENS" => return Err(Error::TooManyTokens),
            reply => Reader::new(FUNCTION, reply)?,
        };
        let created = reply.integer()? == 1;
        Ok((StoredToken { token, created_at: Stamp(reply.integer()?) }, created))
    }
}
