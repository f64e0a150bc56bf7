//! Another version of the library than the one there is, so that a test can have servers of two releases on one Redis.
//!
//! Only in builds with debug assertions and the feature `pretended-version`: no release build contains it.

use std::sync::LazyLock;

/// The version, a number. No setting, so without the prefix that settings have.
const VARIABLE: &str = "PRETENDED_VERSION";

static PRETENDED: LazyLock<Option<u32>> =
    LazyLock::new(|| std::env::var(VARIABLE).ok().map(|version| version.parse().expect("a number")));

/// The version that the library is to have.
pub(super) fn version(real: u32) -> u32 {
    PRETENDED.unwrap_or(real)
}

/// A function's name, in the version that the library is to have.
pub(super) fn function(name: &str) -> String {
    match (*PRETENDED, name.rsplit_once("_v")) {
        (Some(version), Some((base, _))) => format!("{base}_v{version}"),
        _ => name.to_owned(),
    }
}
