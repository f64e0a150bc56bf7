/// A stored frame that cannot be read back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Not even a header byte.
    #[error("a stored value is empty where a frame was expected")]
    Empty,
    /// Written by something that is not this codec, or by a newer one.
    #[error("a stored value has the unknown frame header {0:#04x}")]
    UnknownHeader(u8),
    /// The frame ends before its own header does.
    #[error("a stored value ends within its frame header")]
    Truncated,
    /// The size the frame announces is above the limit; nothing was allocated for it.
    #[error("a stored value announces {announced} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Bytes the frame says it holds.
        announced: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The compressed bytes are not what the header says.
    #[error("a stored value is corrupt: its compressed bytes do not yield the announced size")]
    Corrupt,
}
