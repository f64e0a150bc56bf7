use std::time::Duration;

use super::Test;

/// How much of each test is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// How long the load lasts.
    pub(super) load: Duration,
    /// Bursts to the waiting agents.
    pub(super) bursts: usize,
    /// Times that the connections to Redis are cut.
    pub(super) cuts: usize,
    slack: Slack,
}

impl Scale {
    /// Half a minute at most in all, or three minutes.
    pub(super) const fn new(quick: bool, slack: Slack) -> Self {
        if quick {
            Self { load: Duration::from_secs(3), bursts: 4, cuts: 1, slack }
        } else {
            Self { load: Duration::from_secs(30), bursts: 20, cuts: 5, slack }
        }
    }

    /// A limit that speed may not pass.
    pub(super) fn ceiling(self, test: Test, limit: f64) -> f64 {
        limit * self.slack.of(test)
    }

    /// A limit that speed has to reach.
    pub(super) fn floor(self, test: Test, limit: f64) -> f64 {
        limit / self.slack.of(test)
    }
}

/// By how much limits of speed are looser than they should be, for builds without optimisation, which are slower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slack {
    /// The factor, at least 1.
    pub factor: f64,
    /// The test whose limits stay as they are.
    pub except: Option<Test>,
}

impl Slack {
    /// Limits as they should be.
    pub const NONE: Self = Self { factor: 1.0, except: None };

    fn of(self, test: Test) -> f64 {
        if self.except == Some(test) { 1.0 } else { self.factor }
    }
}
