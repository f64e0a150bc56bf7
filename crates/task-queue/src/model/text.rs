//! Free text of bounded length.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::limits::TEXT_BYTES;

/// Free text, 1 to 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 256)]
pub struct Text(Box<str>);

/// Why a text is too short or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a text here has 1 to {TEXT_BYTES} bytes")]
pub struct NotAText;

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Text {
    type Err = NotAText;

    fn from_str(text: &str) -> Result<Self, NotAText> {
        if text.is_empty() || text.len() > TEXT_BYTES { Err(NotAText) } else { Ok(Self(text.into())) }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(D::Error::custom)
    }
}
