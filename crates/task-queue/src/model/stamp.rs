//! Points in time as Redis counts them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Milliseconds since the Unix epoch; on the wire RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Stamp(pub i64);

impl Stamp {
    /// The text of this stamp, such as `2026-11-22T23:10:00.000Z`.
    pub fn to_text(self) -> String {
        let stamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::MAX);
        format!("{stamp:.3}")
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        let stamp: jiff::Timestamp =
            text.parse().map_err(|_| D::Error::custom("expected a time such as 2026-01-31T12:00:00.000Z"))?;
        Ok(Self(stamp.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_written_in_utc_with_milliseconds_and_read_back() {
        let text = serde_json::to_string(&Stamp(1_700_000_000_007)).unwrap();
        assert_eq!(text, "\"2023-11-14T22:13:20.007Z\"");
        assert_eq!(serde_json::from_str::<Stamp>(&text).unwrap(), Stamp(1_700_000_000_007));
        assert_eq!(
            serde_json::from_str::<Stamp>("\"2023-11-14T23:13:20+01:00\"").unwrap(),
            Stamp(1_700_000_000_000)
        );
    }
}
