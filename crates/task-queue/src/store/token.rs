//! Randomness and digests.

use sha2::{Digest, Sha256};

/// 64 random bits in hexadecimal: the part of a lease token that nobody can guess.
pub(crate) fn seed() -> String {
    format!("{:016x}", getrandom::u64().unwrap_or_else(|_| fallback()))
}

/// A random number in [0, 1), for jitter.
pub(crate) fn unit() -> f64 {
    let bits = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// The first 128 bits of the SHA-256 of `parts`, each with its length before it, in hexadecimal.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the system gives no randomness, a version 4 UUID would not either: a fresh id is unique at least.
fn fallback() -> u64 {
    uuid::Uuid::now_v7().as_u64_pair().1
}
