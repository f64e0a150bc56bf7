//! Where a list or a watch of the state goes on.

use crate::model::{Invalid, StateKey};

/// The place behind a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Of a list: the key, and the version that the swarm had when the list began: a watch that follows it misses
    /// nothing that changed while its pages were read.
    Key { began_at: u64, after: StateKey },
    /// Of a watch: the version.
    Version(u64),
}

impl Cursor {
    /// As clients see it: text without a meaning to them.
    pub(super) fn encode(&self) -> String {
        let plain = match self {
            Self::Key { began_at, after } => format!("k {began_at} {after}"),
            Self::Version(version) => format!("v {version}"),
        };
        plain.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// # Errors
    /// Where it is no cursor; anybody may send one.
    pub(super) fn decode(text: &str) -> Result<Self, Invalid> {
        Self::read(text)
            .ok_or_else(|| Invalid::field("/cursor", "not a cursor of this list: begin again without one"))
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if !digits.iter().all(u8::is_ascii_hexdigit) || digits.len() % 2 == 1 {
            return None;
        }
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        let plain = String::from_utf8(bytes?).ok()?;
        let (kind, rest) = plain.split_once(' ')?;
        match kind {
            "k" => {
                let (began_at, after) = rest.split_once(' ')?;
                Some(Self::Key { began_at: began_at.parse().ok()?, after: after.parse().ok()? })
            }
            "v" => Some(Self::Version(rest.parse().ok()?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_to_a_client_and_back() {
        for cursor in [Cursor::Key { began_at: 7, after: "plan/a b/ä".parse().unwrap() }, Cursor::Version(12)]
        {
            assert_eq!(Cursor::decode(&cursor.encode()).unwrap(), cursor);
        }
    }

    #[test]
    fn a_forged_cursor_is_refused() {
        for plain in ["", "k", "k 1", "k 1 ", "k x a", "v", "v x", "v -1", "w 1", "k 1 a\nb"] {
            let text: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(Cursor::decode(&text).is_err(), "{plain:?}");
        }
        for broken in ["zz", "6", "é", "+1", &"00".repeat(2_000)] {
            assert!(Cursor::decode(broken).is_err(), "{broken}");
        }
    }
}
