use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How often a token may ask.
pub(super) struct Rate {
    limiter: RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>,
    clock: DefaultClock,
    per_second: NonZeroU32,
}

/// What a caller is told of the rate of its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateNote {
    /// Requests a second.
    pub(crate) limit: u32,
    /// Requests that may follow at once.
    pub(crate) remaining: u32,
    /// When the next one may follow, where none may now.
    pub(crate) wait: Option<Duration>,
}

impl Rate {
    /// So many requests a second, and as many at once; none for 0.
    pub(super) fn of(per_second: u32, clock: DefaultClock) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let limiter = RateLimiter::direct_with_clock(Quota::per_second(per_second), clock.clone())
            .with_middleware::<StateInformationMiddleware>();
        Some(Self { limiter, clock, per_second })
    }

    /// Counts one more request, unless it is too early for it.
    pub(super) fn count(&self) -> RateNote {
        let limit = self.per_second.get();
        match self.limiter.check() {
            Ok(state) => RateNote { limit, remaining: state.remaining_burst_capacity(), wait: None },
            Err(early) => {
                RateNote { limit, remaining: 0, wait: Some(early.wait_time_from(self.clock.now())) }
            }
        }
    }
}

impl RateNote {
    /// `RateLimit-Policy` and `RateLimit` as the draft of the IETF has them (draft-ietf-httpapi-ratelimit-headers-10).
    pub(crate) fn set_headers(self, headers: &mut HeaderMap) {
        let Self { limit, remaining, wait } = self;
        let seconds = wait.map_or(1, |wait| wait.as_secs() + 1);
        let said = [
            (POLICY, format!("\"token\";q={limit};w=1")),
            (LIMIT, format!("\"token\";r={remaining};t={seconds}")),
        ];
        headers.extend(said.into_iter().filter_map(|(name, text)| Some((name, text.parse().ok()?))));
    }
}

impl std::fmt::Debug for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} a second", self.per_second)
    }
}
