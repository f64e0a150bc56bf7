/// A file of TLS that cannot be used. Neither what it holds nor its name is told: one line that names the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{named} {problem}")]
pub struct TlsError {
    /// The setting, or the flag, that names the file.
    pub(super) named: &'static str,
    /// Reads on after it.
    pub(super) problem: String,
}

impl TlsError {
    pub(super) fn new(named: &'static str, problem: impl Into<String>) -> Self {
        Self { named, problem: problem.into() }
    }
}
