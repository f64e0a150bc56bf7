use waggle_task_queue::model::{Stamp, TokenName};

/// Whom the certificate of a connection names, once it was verified. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Certified {
    /// None where it names nobody that a token could be called after.
    pub(super) name: Option<TokenName>,
    /// When the certificate ends: a connection may last longer.
    pub(super) ends: Stamp,
}

impl Certified {
    pub(crate) const fn new(name: Option<TokenName>, ends: Stamp) -> Self {
        Self { name, ends }
    }
}
