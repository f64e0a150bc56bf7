use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clients::one_owner;

/// Addresses that are remembered; when all of them fail at once, further ones share a place.
const ADDRESSES: usize = 10_000;
/// The place that they share.
const SHARED: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// How often each address has shown a token that is none.
///
/// Only failures are counted, and nothing but failures is refused for them: who has a valid token is let in, whatever
/// others behind the same address try.
pub(super) struct Failures<C: Clock = DefaultClock> {
    limiter: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
}

impl<C: Clock + Clone> Failures<C> {
    /// So many failures a minute from one address.
    pub(super) fn new(per_minute: NonZeroU32, clock: C) -> Self {
        let store = HashMapStateStore::default();
        Self { limiter: RateLimiter::new(Quota::per_minute(per_minute), store, clock.clone()), clock }
    }

    /// Counts one more failure; when there were too many, the time after which there may be another one.
    pub(super) fn count(&self, from: Option<IpAddr>) -> Option<Duration> {
        let place = self.place(from.map_or(SHARED, one_owner));
        self.limiter.check_key(&place).err().map(|early| early.wait_time_from(self.clock.now()))
    }

    /// Memory is bounded: addresses that have not failed lately are forgotten first.
    fn place(&self, from: IpAddr) -> IpAddr {
        if self.limiter.len() < ADDRESSES {
            return from;
        }
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        if self.limiter.len() < ADDRESSES { from } else { SHARED }
    }
}

impl<C: Clock> std::fmt::Debug for Failures<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Failures").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn failures(per_minute: u32) -> (Failures<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Failures::new(NonZeroU32::new(per_minute).unwrap(), clock.clone()), clock)
    }

    fn at(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    /// Fault: tokens-guessed
    #[test]
    fn an_address_that_failed_too_often_waits_and_no_other_does() {
        let (failures, clock) = failures(3);
        for _ in 0..3 {
            assert_eq!(failures.count(at("10.0.0.1")), None);
        }
        let wait = failures.count(at("::ffff:10.0.0.1")).unwrap();
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(failures.count(at("10.0.0.2")), None);
        clock.advance(wait);
        assert_eq!(failures.count(at("10.0.0.1")), None);
        assert!(failures.count(at("10.0.0.1")).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_owner() {
        let (failures, _) = failures(1);
        assert_eq!(failures.count(at("2001:db8::1")), None);
        assert!(failures.count(at("2001:db8::2")).is_some());
        assert_eq!(failures.count(at("2001:db8:0:1::1")), None);
    }

    /// Fault: tokens-guessed
    #[test]
    fn however_many_addresses_fail_a_bounded_number_is_remembered() {
        let (failures, clock) = failures(1);
        for number in 0..u32::try_from(ADDRESSES).unwrap() + 100 {
            failures.count(Some(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number))));
        }
        assert!(failures.limiter.len() <= ADDRESSES + 1, "{}", failures.limiter.len());
        clock.advance(Duration::from_secs(120));
        assert_eq!(failures.count(at("192.0.2.1")), None);
        assert!(failures.limiter.len() <= 2, "{}", failures.limiter.len());
    }
}
