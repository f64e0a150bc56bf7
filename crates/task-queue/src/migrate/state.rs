//! How the version of the keys compares with the one this program knows.

use std::fmt;

/// How the version of the keys compares with the one this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyspaceState {
    /// There are no keys of this service: `serve` begins them.
    Empty,
    /// The version this program knows.
    Current,
    /// An older version, or a migration that was interrupted.
    Older {
        /// Version of the keys; 0 for keys that no ledger speaks of.
        found: u32,
        /// The version this program needs.
        needed: u32,
    },
    /// A newer version, or a migration to it that was interrupted.
    Newer {
        /// Version of the keys, or of the step in progress.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
}

impl KeyspaceState {
    /// Whether the service can work on these keys, once they are begun where they are empty.
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Empty | Self::Current)
    }
}

/// A sentence for the operator, with the command that helps.
impl fmt::Display for KeyspaceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no keys in Redis yet: `waggle serve` begins them"),
            Self::Current => f.write_str("the keys in Redis have the version that this waggle needs"),
            Self::Older { found, needed } => write!(
                f,
                "the keys in Redis have version {found} and this waggle needs {needed}: \
                 stop every older waggle, then run `waggle migrate`"
            ),
            Self::Newer { found, known } => write!(
                f,
                "the keys in Redis have version {found} and this waggle knows {known}: run a newer waggle"
            ),
        }
    }
}
