//! JSON that passes through unread.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON value carried as the bytes it came in: parsed once for validity, never rebuilt.
#[derive(Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(value_type = Object)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The bytes of the value.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.get().as_bytes()
    }

    /// The text of the value.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether the value is JSON's `null`.
    pub fn is_null(&self) -> bool {
        self.0.get() == "null"
    }

    /// Whether the value is a JSON object.
    pub fn is_object(&self) -> bool {
        self.0.get().starts_with('{')
    }

    /// The value of a text that is known to be JSON.
    ///
    /// # Errors
    /// When it is not.
    pub fn parse(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get())
    }
}
