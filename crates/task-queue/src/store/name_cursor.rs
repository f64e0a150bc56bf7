//! Where a list goes on that stands in the order of names.

use std::str::FromStr;

use crate::model::Invalid;

/// A name as clients carry it from page to page: hexadecimal, so that it needs no escaping in a query.
pub(crate) struct NameCursor;

impl NameCursor {
    /// The name after which a page begins; empty at the start.
    ///
    /// # Errors
    /// Where it is no cursor; anybody may send one.
    pub(crate) fn start<T: FromStr>(cursor: Option<&str>) -> Result<String, Invalid> {
        let broken = || Invalid::field("/cursor", "not a cursor of this list: begin again without one");
        cursor.map_or_else(|| Ok(String::new()), |text| Self::decode::<T>(text).ok_or_else(broken))
    }

    pub(crate) fn encode(name: &str) -> String {
        name.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn decode<T: FromStr>(text: &str) -> Option<String> {
        if !text.len().is_multiple_of(2) || !text.is_ascii() {
            return None;
        }
        let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).ok();
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        let name = String::from_utf8(bytes?).ok()?;
        name.parse::<T>().ok().map(|_| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AgentName;

    #[test]
    fn a_cursor_survives_the_way_to_a_client_and_back_and_nothing_else_is_one() {
        let decode = NameCursor::decode::<AgentName>;
        assert_eq!(decode(&NameCursor::encode("a.b:c-1")).as_deref(), Some("a.b:c-1"));
        let broken = [NameCursor::encode("a b"), NameCursor::encode(&"x".repeat(129))];
        for broken in ["", "6", "zz", "é", "2d61", &broken[0], &broken[1]] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
