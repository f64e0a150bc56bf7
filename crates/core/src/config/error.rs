use std::path::PathBuf;

use super::Origin;

/// A configuration that cannot be used: one line that names the setting, the
/// place it came from and the remedy. Values are never part of it, because any of
/// them may be a secret; the ranges of numbers are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No such setting.
    #[error("unknown setting `{key}` in {origin}: {remedy}")]
    Unknown {
        /// The dotted key.
        key: String,
        /// Who set it.
        origin: Origin,
        /// The nearest setting there is.
        remedy: String,
    },
    /// The value has the wrong type, or cannot work.
    #[error("setting `{key}` in {origin} {problem}")]
    Invalid {
        /// The dotted key.
        key: String,
        /// Who set it.
        origin: Origin,
        /// Reads on after the key: "must be …".
        problem: String,
    },
    /// The file cannot be read.
    #[error("configuration file {}: {problem}; name another with `--config`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// The file is not TOML.
    #[error("configuration file {} is not valid TOML: {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, column and what is wrong there.
        problem: String,
    },
}

/// What the deserializer found, without the value that it found it in.
pub(super) fn without_value(error: &config::ConfigError) -> String {
    match error {
        config::ConfigError::At { error, .. } => without_value(error),
        config::ConfigError::Type { expected, .. } => format!("must be {expected}"),
        config::ConfigError::Message(message) => format!("is not valid: {message}"),
        _ => "is not valid".to_owned(),
    }
}
