//! Mutations that are the same in each run.

/// Pieces that readers stumble over.
const PIECES: [&[u8]; 24] = [
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"a\":",
    b"1e400",
    b"-0",
    b"99999999999999999999999999",
    b"18446744073709551616",
    b"\"\\ud800\"",
    b"\\u0000",
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\"\"",
    b",",
    b":",
    b"}",
    b"\"",
    b"\n",
    b"\r\n",
    b"\xe2\x80\xae",
    b"}{",
];
/// An input grows to this many bytes at most.
const MOST: usize = 1 << 16;

/// Numbers that look random and follow from the seed (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `end`; 0 where there is nothing less.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }
}

/// One to three changes of `bytes`; `other` is another seed, to take a part of.
pub(crate) fn mutated(bytes: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(3) {
        change(&mut bytes, other, numbers);
        bytes.truncate(MOST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    let at = numbers.below(bytes.len() + 1);
    let end = at + numbers.below(bytes.len() - at + 1).min(64);
    match numbers.below(12) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => bytes.extend_from_within(at..end),
        3 => insert(bytes, at, PIECES[numbers.below(PIECES.len())]),
        4 => insert(bytes, at, &other[numbers.below(other.len())..]),
        5 => drop(bytes.splice(at..end, PIECES[numbers.below(PIECES.len())].iter().copied())),
        6 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
        7 if at < bytes.len() => bytes[at] = numbers.below(256).to_le_bytes()[0],
        _ => of_its_kind(bytes, at, numbers),
    }
}

/// Another digit or letter at the next place where there is one: most texts go on to be what they were.
fn of_its_kind(bytes: &mut [u8], at: usize, numbers: &mut Numbers) {
    let Some(byte) = bytes.iter_mut().skip(at).find(|byte| byte.is_ascii_alphanumeric()) else { return };
    let (first, many) = if byte.is_ascii_digit() { (b'0', 10) } else { (b'a', 26) };
    *byte = first + numbers.below(many).to_le_bytes()[0];
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}
