//! Names the tokens that are kept: `lua/token_list.lua`.

use waggle_core::Call;

use super::record::read;
use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function, model::StoredToken};

const FUNCTION: &str = function!("token_list");

impl TaskQueue {
    /// All tokens that are kept, in no order.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn list_tokens(&self) -> Result<Vec<StoredToken>, Error> {
        let mut call = Call::read_only(FUNCTION, DIRECTORY_ROOT);
        call.arg("");
        let (_, _, tokens) = read(FUNCTION, self.inner.redis.call(call).await?)?;
        Ok(tokens)
    }
}
