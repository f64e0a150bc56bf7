use bytes::{Buf, Bytes};
use lz4_flex::block;
use metrics::Counter;

use super::CodecError;
use crate::metrics::compressed;
use crate::perf::{Count, Recorder};

/// Header of a frame whose bytes follow as they are.
const RAW: u8 = 0x00;
/// Header of a frame that goes on with the original length (u32, little-endian) and one LZ4 block.
const LZ4: u8 = 0x01;
/// Header byte and original length of a compressed frame.
const LZ4_PREFIX: usize = 1 + size_of::<u32>();
/// No LZ4 block yields more than this many bytes for each of its own: a run
/// length grows by at most 255 a byte.
const MAX_RATIO: usize = 255;
/// A compressed frame must be at most this much of the raw one, in tenths, to be worth decoding later.
const WORTH_TENTHS: usize = 9;

/// Turns values into frames and back.
///
/// The threshold concerns writing alone: what was written under another one stays
/// readable. The limit bounds what reading may allocate for a compressed frame.
///
/// Counts `waggle_compression_bytes_total{direction}` for the values at or above
/// the threshold: `in` before compression, `out` as stored.
#[derive(Clone)]
pub struct Codec {
    threshold: usize,
    limit: usize,
    bytes_in: Counter,
    bytes_out: Counter,
    perf: Recorder,
}

impl Codec {
    /// Compresses from `threshold` bytes up; refuses to decompress to more than `limit` bytes.
    pub fn new(threshold: usize, limit: usize) -> Self {
        let perf = Recorder::default();
        Self { threshold, limit, bytes_in: compressed("in"), bytes_out: compressed("out"), perf }
    }

    /// Records what it does with `perf`, and not by itself.
    #[must_use]
    pub fn recorded_by(mut self, perf: &Recorder) -> Self {
        self.perf = perf.clone();
        self
    }

    /// Bytes from which on values are compressed.
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// The frame of `raw`.
    pub fn encode(&self, raw: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        self.encode_into(raw, &mut frame);
        frame
    }

    /// Appends the frame of `raw` to `out`.
    pub fn encode_into(&self, raw: &[u8], out: &mut Vec<u8>) {
        if raw.len() < self.threshold {
            return append_raw(raw, out);
        }
        let start = out.len();
        let pays = append_compressed(raw, out);
        if !pays {
            append_raw(raw, out);
        }
        self.note(raw.len(), out.len() - start, pays);
    }

    fn note(&self, raw: usize, stored: usize, pays: bool) {
        let (raw, stored) = (raw as u64, stored as u64);
        self.bytes_in.increment(raw);
        self.bytes_out.increment(stored);
        self.perf.count(Count::CompressionValues, 1);
        self.perf.count(Count::Compressed, pays.into());
        self.perf.count(Count::CompressionIn, raw);
        self.perf.count(Count::CompressionOut, stored);
    }

    /// The value in `frame`. A raw one shares the frame's memory.
    ///
    /// # Errors
    ///
    /// [`CodecError`] where the frame is not one of ours, or announces more than
    /// the limit or more than its bytes could ever yield; both are found before
    /// anything is allocated.
    pub fn decode(&self, mut frame: Bytes) -> Result<Bytes, CodecError> {
        match frame.first() {
            None => Err(CodecError::Empty),
            Some(&RAW) => {
                frame.advance(1);
                Ok(frame)
            }
            Some(&LZ4) => self.decompress(&frame).map(Bytes::from),
            Some(&other) => Err(CodecError::UnknownHeader(other)),
        }
    }

    fn decompress(&self, frame: &[u8]) -> Result<Vec<u8>, CodecError> {
        let (prefix, block) = frame.split_first_chunk::<LZ4_PREFIX>().ok_or(CodecError::Truncated)?;
        let &[_, a, b, c, d] = prefix;
        let announced = u32::from_le_bytes([a, b, c, d]) as usize;
        if announced > self.limit {
            return Err(CodecError::TooLarge { announced, limit: self.limit });
        }
        if announced > block.len().saturating_mul(MAX_RATIO) {
            return Err(CodecError::Corrupt);
        }
        let mut raw = vec![0; announced];
        match block::decompress_into(block, &mut raw) {
            Ok(written) if written == announced => Ok(raw),
            _ => Err(CodecError::Corrupt),
        }
    }
}

fn append_raw(raw: &[u8], out: &mut Vec<u8>) {
    out.reserve_exact(1 + raw.len());
    out.push(RAW);
    out.extend_from_slice(raw);
}

/// Appends a compressed frame, or nothing at all (`false`) where it would not pay.
fn append_compressed(raw: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(original) = u32::try_from(raw.len()) else { return false };
    let start = out.len();
    out.push(LZ4);
    out.extend_from_slice(&original.to_le_bytes());
    out.resize(start + LZ4_PREFIX + block::get_maximum_output_size(raw.len()), 0);
    let compressed = block::compress_into(raw, &mut out[start + LZ4_PREFIX..]);
    let length = compressed.map_or(usize::MAX, |block| LZ4_PREFIX + block);
    let pays = length <= raw.len() / 10 * WORTH_TENTHS;
    out.truncate(start + if pays { length } else { 0 });
    pays
}
