//! Inputs that would be large as files.

/// What is tried on every target, and is nothing that any of them takes.
pub(crate) fn inputs() -> Vec<Vec<u8>> {
    let mut inputs = vec![
        b"[".repeat(100_000),
        b"{\"a\":".repeat(100_000),
        [br#"{"payload":"#.as_slice(), &b"[".repeat(100_000), &b"]".repeat(100_000), b"}"].concat(),
        [br#"{"payload":"#.as_slice(), &b"9".repeat(100_000), b"}"].concat(),
        [br#"{"ops":["#.as_slice(), &b"0,".repeat(100_000), b"0]}"].concat(),
        [br#"{"tasks":["#.as_slice(), &b"0,".repeat(100_000), b"0]}"].concat(),
        b"a=[".repeat(2_000),
        [b"a = ".as_slice(), &b"[".repeat(100_000)].concat(),
        [b"a = ".as_slice(), &b"{a=".repeat(100_000)].concat(),
        b"a.".repeat(100_000),
        b"[a]\n".repeat(10_000),
        b"\0".repeat(100_000),
        b"\"".repeat(100_001),
        b"\\".repeat(100_000),
        b"\n".repeat(100_000),
    ];
    // Frames that announce more than they could ever yield, and a run of bytes that goes on to the end.
    inputs.extend([u32::MAX, 1 << 30, 1 << 20].map(|announced| {
        [&[0x01], announced.to_le_bytes().as_slice(), &[0x1f, b'x', 1, 0], &[0xff; 100_000]].concat()
    }));
    inputs
}
