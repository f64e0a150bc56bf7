//! Stored frames: what is written reads back equal, and what is read never takes more memory than it may.

use std::sync::OnceLock;

use bytes::Bytes;
use waggle_core::codec::Codec;

/// Bytes that a compressed frame may hold.
const LIMIT: usize = 1 << 20;
/// A compressed byte stands for this many at most.
const RATIO: usize = 255;

/// Reads the bytes as a frame, and writes them as one. Whether they were a frame.
pub(crate) fn check(data: &[u8]) -> bool {
    for codec in [everything(), usual()] {
        let frame = codec.encode(data);
        assert!(frame.len() <= data.len() + 1, "a frame has one byte more than its value at most");
        assert_eq!(codec.decode(frame.into()).as_deref(), Ok(data), "what was written reads back equal");
    }
    let Ok(value) = bounded().decode(Bytes::copy_from_slice(data)) else { return false };
    let most = LIMIT.min(data.len().saturating_mul(RATIO));
    assert!(value.len() <= most.max(data.len()), "{} bytes yielded {}", data.len(), value.len());
    let frame = everything().encode(&value);
    assert_eq!(everything().decode(frame.into()).as_ref(), Ok(&value));
    true
}

/// Reads no more than [`LIMIT`].
fn bounded() -> &'static Codec {
    static CODEC: OnceLock<Codec> = OnceLock::new();
    CODEC.get_or_init(|| Codec::new(1_024, LIMIT))
}

/// Compresses whatever it is given.
fn everything() -> &'static Codec {
    static CODEC: OnceLock<Codec> = OnceLock::new();
    CODEC.get_or_init(|| Codec::new(0, usize::MAX))
}

/// Compresses long values.
fn usual() -> &'static Codec {
    static CODEC: OnceLock<Codec> = OnceLock::new();
    CODEC.get_or_init(|| Codec::new(1_024, usize::MAX))
}
