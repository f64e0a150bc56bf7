//! What can go wrong in a migration.

/// Why a migration ended before its end; it goes on from there when it is run again.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The keys were written by a newer version, or are on the way to it.
    #[error("the keys in Redis have version {found} and this waggle knows {known}: run a newer waggle")]
    Newer {
        /// Version of the keys.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// A step went on from a cursor and came back with the same one.
    #[error(
        "step {number} ({name}) makes no progress at {cursor:?}: this is a fault of waggle, nothing was lost"
    )]
    Stuck {
        /// Number of the step.
        number: u32,
        /// Its name.
        name: String,
        /// Where it stands.
        cursor: String,
    },
    /// Redis refused, or did not answer.
    #[error(transparent)]
    Redis(#[from] waggle_core::Error),
}
