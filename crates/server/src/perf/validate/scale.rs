use std::time::Duration;

/// How much of each test is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// How long the load lasts.
    pub(super) load: Duration,
    /// Bursts to the waiting agents.
    pub(super) bursts: usize,
    /// Times that the connections to Redis are cut.
    pub(super) cuts: usize,
}

impl Scale {
    /// Half a minute at most in all, or three minutes.
    pub(super) const fn new(quick: bool) -> Self {
        if quick {
            Self { load: Duration::from_secs(3), bursts: 4, cuts: 1 }
        } else {
            Self { load: Duration::from_secs(30), bursts: 20, cuts: 5 }
        }
    }
}
