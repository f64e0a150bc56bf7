//! When to come back.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Shortest and longest wait after a store that cannot be reached, in milliseconds.
const UNAVAILABLE_MS: std::ops::RangeInclusive<u64> = 1_000..=5_000;

/// Where an operator has to act first: out of memory, out of disk.
pub(super) const OPERATOR: Duration = Duration::from_secs(30);
/// Where the next moment may already be better.
pub(super) const SOON: Duration = Duration::from_secs(1);

/// Spread out, so that clients that failed together do not return together.
pub(super) fn jittered() -> Duration {
    // The keys of a `RandomState` differ each time; nothing here has to be unpredictable.
    let random = RandomState::new().hash_one(0_u8);
    let (low, high) = (*UNAVAILABLE_MS.start(), *UNAVAILABLE_MS.end());
    Duration::from_millis(low + random % (high - low + 1))
}
