use std::io;
use std::path::PathBuf;

/// Why there is no backup: one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing was ever kept there.
    #[error("{} has no data of a private Redis; name its directory with `--data-dir`", path.display())]
    NoData {
        /// The directory that was looked into.
        path: PathBuf,
    },
    /// The copy would overwrite something.
    #[error("{} is there already: name a directory that is not, or is empty", path.display())]
    Exists {
        /// Where the copy was to be.
        path: PathBuf,
    },
    /// Redis wrote its files anew each time.
    #[error("Redis wrote its files anew while they were copied, {attempts} times: try again")]
    Moving {
        /// How often it was tried.
        attempts: usize,
    },
    /// Not a manifest that this program knows.
    #[error("{} cannot be understood: {detail}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}
