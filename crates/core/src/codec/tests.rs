use bytes::Bytes;

use super::{Codec, CodecError};

const THRESHOLD: usize = 1_024;
const LIMIT: usize = 1 << 20;

fn codec() -> Codec {
    Codec::new(THRESHOLD, LIMIT)
}

fn read(frame: impl Into<Bytes>) -> Result<Bytes, CodecError> {
    codec().decode(frame.into())
}

fn text(length: usize) -> Vec<u8> {
    b"{\"role\":\"assistant\",\"content\":\"working on it\"},".iter().copied().cycle().take(length).collect()
}

fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_length_around_the_threshold_reads_back_equal() {
    for length in [0, 1, 2, THRESHOLD - 1, THRESHOLD, THRESHOLD + 1, 65_535, 65_536, 200_000, LIMIT] {
        for raw in [text(length), noise(length)] {
            assert_eq!(read(codec().encode(&raw)).unwrap(), raw, "{length} bytes");
        }
    }
}

#[test]
fn values_are_compressed_from_the_threshold_on() {
    assert_eq!(codec().encode(&text(THRESHOLD - 1))[0], 0x00);
    let frame = codec().encode(&text(THRESHOLD));
    assert_eq!(frame[..5], [0x01, 0x00, 0x04, 0x00, 0x00]);
    assert!(frame.len() < THRESHOLD / 2);
}

#[test]
fn random_bytes_stay_raw_and_cost_one_byte() {
    let raw = noise(50_000);
    let frame = codec().encode(&raw);
    assert_eq!((frame[0], frame.len()), (0x00, raw.len() + 1));
}

#[test]
fn a_value_that_shrinks_by_less_than_a_tenth_stays_raw() {
    let mut raw = noise(10_000);
    raw.extend(text(800));
    let frame = codec().encode(&raw);
    assert_eq!((frame[0], frame.len()), (0x00, raw.len() + 1));
    raw.extend(text(2_000));
    assert_eq!(codec().encode(&raw)[0], 0x01);
}

#[test]
fn a_raw_value_shares_the_memory_of_its_frame() {
    let frame = Bytes::from(codec().encode(b"short"));
    let inside = frame.as_ptr().wrapping_add(1);
    assert_eq!(read(frame).unwrap().as_ptr(), inside);
}

#[test]
fn values_written_under_another_threshold_stay_readable() {
    let raw = text(4_000);
    for threshold in [0, 100, 1_000_000] {
        let frame = Codec::new(threshold, LIMIT).encode(&raw);
        assert_eq!(read(frame).unwrap(), raw, "threshold {threshold}");
    }
}

#[test]
fn encode_into_appends_behind_what_is_there() {
    for raw in [text(5_000), noise(5_000), text(3)] {
        let mut out = b"before".to_vec();
        codec().encode_into(&raw, &mut out);
        assert_eq!(&out[..6], b"before");
        assert_eq!(read(out.split_off(6)).unwrap(), raw);
    }
}

/// Fault: frame-bomb
#[test]
fn an_announced_size_above_the_limit_is_refused() {
    let frame = [&[0x01, 0xff, 0xff, 0xff, 0xff], &[0x00; 20][..]].concat();
    assert_eq!(read(frame), Err(CodecError::TooLarge { announced: 0xffff_ffff, limit: LIMIT }));
    let frame = Codec::new(0, usize::MAX).encode(&text(LIMIT + 1));
    assert_eq!(read(frame), Err(CodecError::TooLarge { announced: LIMIT + 1, limit: LIMIT }));
}

/// Fault: frame-bomb
#[test]
fn an_announced_size_its_bytes_could_never_yield_is_refused_before_it_is_allocated() {
    let generous = Codec::new(THRESHOLD, usize::MAX);
    let frame = [&[0x01, 0xff, 0xff, 0xff, 0xff], &[0x00; 20][..]].concat();
    let before = peak_kilobytes();
    assert_eq!(generous.decode(frame.into()), Err(CodecError::Corrupt));
    let grown = peak_kilobytes() - before;
    assert!(grown < 3 << 20, "grew by {grown} KiB: 4 GiB were allocated");
}

/// The most address space this process ever had.
fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmPeak")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Fault: frame-bomb
#[test]
fn the_most_compressible_value_is_within_the_ratio_that_is_believed() {
    let raw = vec![b'a'; LIMIT];
    assert_eq!(read(codec().encode(&raw)).unwrap(), raw);
}

#[test]
fn a_frame_cut_off_anywhere_is_an_error_and_never_another_value() {
    let frame = codec().encode(&text(3_000));
    for length in 0..frame.len() {
        assert!(read(frame[..length].to_vec()).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn an_announced_size_that_is_not_the_real_one_is_corrupt() {
    for wrong in [2_999_u32, 3_001] {
        let mut frame = codec().encode(&text(3_000));
        frame[1..5].copy_from_slice(&wrong.to_le_bytes());
        assert_eq!(read(frame), Err(CodecError::Corrupt));
    }
}

#[test]
fn an_unknown_header_and_an_empty_frame_are_named() {
    assert_eq!(read(vec![0x7b, 0x7d]), Err(CodecError::UnknownHeader(0x7b)));
    assert_eq!(read(vec![]), Err(CodecError::Empty));
    assert_eq!(read(vec![0x01, 0, 0]), Err(CodecError::Truncated));
}
