use std::time::Duration;

/// How much of each test is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// How long the load lasts.
    pub(super) load: Duration,
    /// Bursts to the waiting agents.
    pub(super) bursts: usize,
    /// Times that the connections to Redis are cut.
    pub(super) cuts: usize,
    /// By how much limits of speed are looser than they should be; 1 for every build that is used.
    slack: f64,
}

impl Scale {
    /// Half a minute at most in all, or three minutes.
    pub(super) const fn new(quick: bool, slack: f64) -> Self {
        if quick {
            Self { load: Duration::from_secs(3), bursts: 4, cuts: 1, slack }
        } else {
            Self { load: Duration::from_secs(30), bursts: 20, cuts: 5, slack }
        }
    }

    /// A limit that speed may not pass.
    pub(super) const fn ceiling(self, limit: f64) -> f64 {
        limit * self.slack
    }

    /// A limit that speed has to reach.
    pub(super) const fn floor(self, limit: f64) -> f64 {
        limit / self.slack
    }
}
