//! Keeping a bounded part of what a command prints.

/// The beginning of a stream, up to a limit.
pub(super) struct Head {
    bytes: Vec<u8>,
    limit: usize,
    overflown: bool,
}

impl Head {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, overflown: false }
    }

    /// Takes `bytes` as far as they fit.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = self.limit - self.bytes.len();
        self.overflown |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Whether there was more than the limit.
    pub(super) fn overflown(&self) -> bool {
        self.overflown
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The end of a stream, up to a limit.
pub(super) struct Tail {
    bytes: Vec<u8>,
    limit: usize,
}

impl Tail {
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Takes `bytes` and forgets what is too long ago, in large steps: each byte is moved once at most.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() > 2 * self.limit {
            self.trim();
        }
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.trim();
        self.bytes
    }

    fn trim(&mut self) {
        let surplus = self.bytes.len().saturating_sub(self.limit);
        self.bytes.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_stream_is_kept_up_to_its_limit() {
        let mut head = Head::new(5);
        head.push(b"abc");
        head.push(b"de");
        assert!(!head.overflown());
        head.push(b"f");
        assert!(head.overflown());
        assert_eq!(head.into_bytes(), b"abcde");
    }

    #[test]
    fn the_tail_of_a_stream_is_kept_however_it_is_cut() {
        let mut tail = Tail::new(3);
        for byte in b"abcdefghij" {
            tail.push(&[*byte]);
        }
        assert_eq!(tail.into_bytes(), b"hij");
        let mut tail = Tail::new(3);
        tail.push(b"a long text");
        assert_eq!(tail.into_bytes(), b"ext");
    }
}
