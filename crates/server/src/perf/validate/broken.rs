/// What keeps a test from going on: a service that does not answer, or not as it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

impl Broken {
    /// In the words of `detail`, which an operator reads.
    pub fn new(detail: impl Into<String>) -> Self {
        Self(detail.into())
    }
}
