//! JSON that passes through unread.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::limits::JSON_DEPTH;

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

/// Whether `text` nests no deeper than [`JSON_DEPTH`]. Raw values and ignored fields pass
/// through `serde_json` at any depth, so bodies are scanned before they are parsed.
pub fn check_depth(text: &[u8]) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => {
                depth += 1;
                if depth > JSON_DEPTH {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_four_levels_pass_and_sixty_five_do_not() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(check_depth(nested(64).as_bytes()));
        assert!(!check_depth(nested(65).as_bytes()));
    }

    #[test]
    fn brackets_inside_strings_do_not_count() {
        let text = format!("\"{}\\\"{}\"", "[".repeat(100), "{".repeat(100));
        assert!(check_depth(text.as_bytes()));
    }
}
