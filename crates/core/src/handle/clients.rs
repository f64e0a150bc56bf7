//! What `CLIENT LIST` tells.

use redis::{Cmd, Value, from_redis_value};

use crate::Error;

/// The command.
pub(super) fn list() -> Cmd {
    let mut command = redis::cmd("CLIENT");
    command.arg("LIST");
    command
}

/// Its reply: a line for each connection.
pub(super) fn text(listing: Value) -> Result<String, Error> {
    from_redis_value(listing)
        .map_err(|error| Error::internal(format!("CLIENT LIST did not reply with text: {error}")))
}

/// What a line says of `key`, which ends in `=`.
pub(super) fn field<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.split(' ').find_map(|field| field.strip_prefix(key))
}
