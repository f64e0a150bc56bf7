//! What a call was answered with.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::CallError;

/// The understood body of a 2xx answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer<T> {
    /// The body.
    pub(crate) value: T,
    /// How often the call was sent; above one, an earlier try may have been applied already.
    pub(crate) tries: u32,
}

/// Reads a body as the JSON of a `T`.
///
/// # Errors
/// [`CallError::Garbled`] when it is not one.
pub(crate) fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, CallError> {
    serde_json::from_slice(body).map_err(|error| CallError::Garbled { detail: error.to_string() })
}
