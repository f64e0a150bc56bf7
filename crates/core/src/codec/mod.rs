//! Stored values as frames: one header byte, then the bytes, compressed where it pays.

mod error;
mod frame;
#[cfg(test)]
mod tests;

pub use error::CodecError;
pub use frame::Codec;
