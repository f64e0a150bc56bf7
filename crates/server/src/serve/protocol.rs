/// What an HTTP/2 connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a connection speaks, as far as its first bytes have told: later ones do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// So many bytes are those of HTTP/2, and no more came.
    Unknown {
        seen: usize,
    },
    Http1,
    Http2,
}

impl Protocol {
    /// Bytes arrived.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        let Self::Unknown { seen } = *self else { return };
        let awaited = &PREFACE[seen..];
        let common = awaited.len().min(bytes.len());
        *self = if awaited[..common] != bytes[..common] {
            Self::Http1
        } else if common == awaited.len() {
            Self::Http2
        } else {
            Self::Unknown { seen: seen + common }
        };
    }

    /// Whether it has told that it speaks HTTP/2.
    pub(super) fn is_http2(self) -> bool {
        self == Self::Http2
    }
}

impl Default for Protocol {
    fn default() -> Self {
        Self::Unknown { seen: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(chunks: &[&[u8]]) -> Protocol {
        let mut protocol = Protocol::default();
        chunks.iter().for_each(|chunk| protocol.note(chunk));
        protocol
    }

    #[test]
    fn only_what_a_connection_begins_with_tells_in_whatever_pieces_it_comes() {
        let bytes: Vec<_> = PREFACE.chunks(1).collect();
        assert_eq!(after(&bytes), Protocol::Http2);
        assert_eq!(after(&[&[PREFACE, b"more"].concat()]), Protocol::Http2);
        assert_eq!(after(&bytes[..23]), Protocol::Unknown { seen: 23 });
        assert_eq!(after(&[b"P", b"", b"R"]), Protocol::Unknown { seen: 2 });
        assert_eq!(after(&[b"GET /", PREFACE]), Protocol::Http1);
        assert_eq!(after(&[b"PRI /health HTTP/1.1\r\n", PREFACE]), Protocol::Http1);
    }
}
