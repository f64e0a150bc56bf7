//! Places in a swarm's history.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::limits::EVENT_LINES;

/// Where an event stands: `<ms>-<seq>.<line>`, the entry of the stream and the line within it. Later events have
/// greater ids. Every id is a position as well: whoever has it goes on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// Milliseconds since the epoch, as the stream counts them.
    pub(crate) ms: u64,
    /// Which entry of that millisecond.
    pub(crate) seq: u64,
    /// Which change of that entry.
    pub(crate) line: u32,
}

/// A text that is no place in a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event: it looks like 1767225600000-0.0")]
pub struct NotAnEventId;

impl EventId {
    /// Before everything that can ever happen.
    pub(crate) const START: Self = Self { ms: 0, seq: 0, line: 0 };

    /// Behind all changes of an entry of the stream.
    pub(crate) fn behind(entry: &str) -> Result<Self, NotAnEventId> {
        let (ms, seq) = entry_of(entry)?;
        Ok(Self { ms, seq, line: EVENT_LINES - 1 })
    }

    /// A change of an entry of the stream.
    pub(crate) fn in_entry(entry: &str, line: usize) -> Result<Self, NotAnEventId> {
        let (ms, seq) = entry_of(entry)?;
        Ok(Self { ms, seq, line: u32::try_from(line).map_err(|_| NotAnEventId)? })
    }

    /// The entry of the stream.
    pub(crate) fn entry(self) -> (u64, u64) {
        (self.ms, self.seq)
    }

    /// Where reading goes on: at the same entry, as long as it may hold more.
    pub(crate) fn following(self) -> String {
        let behind = if self.line + 1 >= EVENT_LINES { "(" } else { "" };
        format!("{behind}{}-{}", self.ms, self.seq)
    }
}

fn entry_of(text: &str) -> Result<(u64, u64), NotAnEventId> {
    let (ms, seq) = text.split_once('-').ok_or(NotAnEventId)?;
    Ok((number(ms)?, number(seq)?))
}

/// Digits alone, as the stream writes them.
fn number<T: FromStr>(text: &str) -> Result<T, NotAnEventId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(NotAnEventId)
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let (entry, line) = text.split_once('.').ok_or(NotAnEventId)?;
        let (ms, seq) = entry_of(entry)?;
        let line = number(line)?;
        if line < EVENT_LINES { Ok(Self { ms, seq, line }) } else { Err(NotAnEventId) }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}.{}", self.ms, self.seq, self.line)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_way_to_a_client_and_back() {
        for text in ["0-0.0", "1767225600000-12.3", "18446744073709551615-18446744073709551615.15"] {
            assert_eq!(text.parse::<EventId>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_the_service_never_wrote_is_no_id() {
        for text in [
            "",
            "1",
            "1-1",
            "1.1",
            "-1-1.1",
            "+1-1.1",
            "1-1.16",
            "1-1.",
            "1-.1",
            " 1-1.1",
            "1-1.1 ",
            "$",
            "1-18446744073709551616.0",
            "1-1.0\n",
        ] {
            assert!(text.parse::<EventId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn ids_sort_by_the_order_of_what_happened() {
        let ids = ["5-0.0", "5-0.9", "5-0.10", "5-1.0", "5-10.0", "10-0.0"];
        let ids: Vec<EventId> = ids.iter().map(|text| text.parse().unwrap()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn an_entry_is_looked_at_again_until_no_line_of_it_can_be_left() {
        assert_eq!("7-1.0".parse::<EventId>().unwrap().following(), "7-1");
        assert_eq!("7-1.15".parse::<EventId>().unwrap().following(), "(7-1");
        assert_eq!(EventId::behind("7-1").unwrap().following(), "(7-1");
        assert_eq!(EventId::in_entry("7-1", 3).unwrap().to_string(), "7-1.3");
    }
}
