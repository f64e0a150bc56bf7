//! Server-sent events (HTML Living Standard, 9.2), as far as a Waggle service sends them.

use std::mem;

/// What the lines of a stream say so far.
#[derive(Debug, Default)]
pub(super) struct Stream {
    unread: Vec<u8>,
    data: String,
    /// The id of the event that is being read; it counts once the event is complete.
    next_id: Option<String>,
    last_id: Option<String>,
}

impl Stream {
    /// Goes on behind `last_id`, on a new connection.
    pub(super) fn behind(last_id: Option<String>) -> Self {
        Self { next_id: last_id.clone(), last_id, ..Self::default() }
    }

    /// The last id that was told; behind it the stream goes on after a break.
    pub(super) fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The data of the events that `bytes` complete.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<String> {
        self.unread.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut read = 0;
        while let Some(end) = self.unread[read..].iter().position(|byte| *byte == b'\n') {
            let line = String::from_utf8_lossy(&self.unread[read..read + end]).into_owned();
            read += end + 1;
            events.extend(self.line(line.trim_end_matches('\r')));
        }
        self.unread.drain(..read);
        events
    }

    fn line(&mut self, line: &str) -> Option<String> {
        if line.is_empty() {
            self.last_id.clone_from(&self.next_id);
            return Some(mem::take(&mut self.data)).filter(|data| !data.is_empty());
        }
        // A line that begins with a colon is a comment: a field without a name.
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.next_id = Some(value.to_owned()).filter(|id| !id.is_empty()),
            "data" if self.data.is_empty() => self.data.push_str(value),
            "data" => {
                self.data.push('\n');
                self.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_whole_however_they_are_cut() {
        let text = "retry: 1000\n: alive\nid: 5-0.15\n\nid: 6-0.0\nevent: task.ready\ndata: {\"a\":\"ü\"}\n\nid: 6-0.1\r\ndata: 2\r\n\r\n";
        for cut in 0..text.len() {
            let mut stream = Stream::default();
            let mut events = stream.read(&text.as_bytes()[..cut]);
            events.extend(stream.read(&text.as_bytes()[cut..]));
            assert_eq!(events, ["{\"a\":\"ü\"}", "2"], "{cut}");
            assert_eq!(stream.last_id(), Some("6-0.1"));
        }
    }

    #[test]
    fn an_event_that_did_not_come_whole_has_not_been_read() {
        let mut stream = Stream::default();
        assert_eq!(stream.read(b"id: 1-0.0\ndata: 1\n\nid: 2-0.0\ndata: 2\n"), ["1"]);
        assert_eq!(stream.last_id(), Some("1-0.0"));
    }

    #[test]
    fn an_id_without_data_is_a_position_and_an_empty_one_begins_anew() {
        let mut stream = Stream::behind(Some("1-0.0".to_owned()));
        assert!(stream.read(b": alive\nid: 7-0.15\n\n").is_empty());
        assert_eq!(stream.last_id(), Some("7-0.15"));
        assert_eq!(stream.read(b"id:\nevent: gone\ndata: {}\n\n"), ["{}"]);
        assert_eq!(stream.last_id(), None);
    }
}
