/// A list that a server keeps in Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FleetList {
    /// What it did, for the others to add up.
    Slots,
    /// What it saw, for itself after a restart.
    Samples,
}

impl FleetList {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Slots => "slots",
            Self::Samples => "samples",
        }
    }
}
