//! Lines of snapshots.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use waggle_task_queue::SnapshotCheck;

/// Bytes that are told of what is wrong with a line.
const PROBLEM_BYTES: usize = 512;
/// Lines of each kind, as the last line counts them.
const KINDS: [(&str, &str); 9] = [
    ("former", "former"),
    ("agent", "agents"),
    ("message", "messages"),
    ("inbox", "inbox"),
    ("deleted", "deleted"),
    ("state", "state"),
    ("queue", "queues"),
    ("schedule", "schedules"),
    ("task", "tasks"),
];

/// Reads the bytes as a snapshot without its last line, which is made here: nothing else would get past its digest.
/// Whether it could be restored.
pub(crate) fn check(data: &[u8]) -> bool {
    let unsealed = looked_at(data, data.len());
    let sealed = sealed(data);
    let taken = looked_at(&sealed, sealed.len());
    for size in [1, 7, 64] {
        assert_eq!(looked_at(&sealed, size), taken, "the same in pieces of {size} bytes");
    }
    if let Ok(lines) = &taken {
        assert!(*lines > 0);
        again(data);
    }
    assert!(unsealed.is_err() || data.ends_with(b"}\n") || data.ends_with(b"}"));
    taken.is_ok()
}

/// What is said of a snapshot that comes in pieces of this size: that nothing is wrong, or the first line that is.
fn looked_at(data: &[u8], size: usize) -> Result<usize, (u64, String)> {
    let mut check = SnapshotCheck::default();
    let lines = data.split_inclusive(|byte| *byte == b'\n').count();
    let fed = data.chunks(size.max(1)).try_for_each(|piece| check.feed(piece));
    match fed.and_then(|()| check.finish()) {
        Ok(_) => Ok(lines),
        Err(broken) => {
            assert!(broken.problem.len() <= PROBLEM_BYTES, "{broken}");
            assert!((1..=lines as u64 + 1).contains(&broken.line), "line {} of {lines}", broken.line);
            Err((broken.line, broken.problem))
        }
    }
}

/// The lines and the last line that belongs to them.
fn sealed(data: &[u8]) -> Vec<u8> {
    let mut lines = data.to_vec();
    if !lines.ends_with(b"\n") {
        lines.push(b'\n');
    }
    let mut counts = Map::from_iter(KINDS.map(|(_, counted)| (counted.to_owned(), json!(0))));
    for line in lines.split(|byte| *byte == b'\n').skip(1) {
        let Ok(Value::Object(record)) = serde_json::from_slice(line) else { continue };
        let counted = KINDS.iter().find(|(kind, _)| record.contains_key(*kind));
        if let Some((_, counted)) = counted {
            counts[*counted] = json!(counts[*counted].as_u64().unwrap_or_default() + 1);
        }
    }
    let digest: String = Sha256::digest(&lines).iter().map(|byte| format!("{byte:02x}")).collect();
    lines.extend(json!({"end": {"counts": counts, "digest": digest}}).to_string().into_bytes());
    lines.push(b'\n');
    lines
}

/// What could be restored can be restored as any other program would write it.
fn again(data: &[u8]) {
    let mut written = Vec::new();
    for line in data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).expect("what was taken is JSON");
        written.extend(line.to_string().into_bytes());
        written.push(b'\n');
    }
    let sealed = sealed(&written);
    let taken = looked_at(&sealed, sealed.len());
    assert!(taken.is_ok(), "{taken:?} of what was taken: {}", String::from_utf8_lossy(&written));
}
