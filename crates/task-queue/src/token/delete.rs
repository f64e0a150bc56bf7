//! Forgets a token: `lua/token_delete.lua`.

use waggle_core::{Call, Value};

use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function, model::TokenName};

const FUNCTION: &str = function!("token_delete");

impl TaskQueue {
    /// Forgets a token.
    ///
    /// # Errors
    /// [`Error::TokenNotFound`], [`Error::Redis`].
    pub async fn delete_token(&self, name: &TokenName) -> Result<(), Error> {
        let mut call = Call::new(FUNCTION, DIRECTORY_ROOT);
        call.arg(name.as_str());
        match self.inner.redis.call(call).await? {
            Value::Int(1) => Ok(()),
            _ => Err(Error::TokenNotFound(name.to_string())),
        }
    }
}
