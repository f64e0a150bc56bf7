//! The bytes of bodies and of answers that are in this server's memory, in all and of each client.
//!
//! A client is an address here, as for its connections: it is connections that hold bytes. Every answer is counted, so
//! counting takes neither a lock nor memory: a client has one of a fixed number of counters, neighbours each their own,
//! and strangers now and then the same. Nobody can choose with whom.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::one_owner;
use crate::config::ServerConfig;
use crate::metrics::{Limit, refused};
use crate::problem::{Code, Problem};

/// Bytes of a body or of an answer that weigh no more than the headers of a request may. Such a body counts only while more
/// of it is awaited: whoever waits after that is one of the long polls. Such an answer is delivered whatever there is.
pub(crate) const SMALL: u64 = 16 * 1_024;
/// Counters of clients.
const COUNTERS: usize = 4_096;
/// One client may have this part of all, so that it leaves as much to the others.
const SHARE: usize = 2;
/// Clients that never have the same counter.
const NEIGHBOURS: u64 = 256;
/// Bits of an address of IPv6 that do not say whose it is.
const NETWORK_BITS: u32 = 64;
/// When whoever is refused may come back.
const LATER: Duration = Duration::from_secs(1);

/// How many bytes there are, and may be.
#[derive(Debug, Clone)]
pub(crate) struct InFlight(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    limit: usize,
    all: AtomicUsize,
    clients: Box<[AtomicUsize]>,
    random: RandomState,
}

impl InFlight {
    /// As many as the settings allow.
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let clients = (0..COUNTERS).map(|_| AtomicUsize::new(0)).collect();
        let (limit, random) = (config.in_flight_bytes, RandomState::new());
        Self(Arc::new(Counters { limit, all: AtomicUsize::new(0), clients, random }))
    }

    /// How many there are now.
    pub(crate) fn bytes(&self) -> usize {
        self.0.all.load(Ordering::Relaxed)
    }

    /// Where the bytes of whoever has this address count.
    pub(crate) fn account(&self, address: IpAddr) -> Account {
        let whose = match one_owner(address) {
            IpAddr::V4(address) => address.to_bits().into(),
            IpAddr::V6(address) => (address.to_bits() >> NETWORK_BITS) as u64,
        };
        let network = self.0.random.hash_one(whose / NEIGHBOURS);
        let client = network.wrapping_add(whose % NEIGHBOURS) as usize % COUNTERS;
        Account { counters: Arc::clone(&self.0), client }
    }

    /// Lets a new request in, whose answer may be of any size.
    ///
    /// # Errors
    /// 429 where this client has as many bytes as it may, otherwise 503 where there are as many in all.
    pub(crate) fn admit(&self, address: impl FnOnce() -> IpAddr) -> Result<(), Problem> {
        let (all, limit) = (self.bytes(), self.0.limit);
        // Nobody has more than all: whose it is, is asked only where there is much.
        if all < limit / SHARE {
            return Ok(());
        }
        let of_client = self.account(address()).bytes();
        self.0.check(all.saturating_add(1), of_client.saturating_add(1))
    }
}

impl Counters {
    fn check(&self, all: usize, of_client: usize) -> Result<(), Problem> {
        // Whoever can help himself is told how, also where there is no room for anybody.
        if of_client > self.limit / SHARE {
            return Err(self.too_many_of_client());
        }
        if all > self.limit { Err(self.too_many()) } else { Ok(()) }
    }

    fn too_many(&self) -> Problem {
        refused(Limit::InFlightBytes);
        let limit = self.limit;
        let detail = format!(
            "{limit} bytes of requests and answers are in this server, as many as may be (`server.in_flight_bytes`): \
             nothing was done, come back in a moment"
        );
        Problem::new(Code::TooManyWaiting, detail).not_applied().after(LATER)
    }

    fn too_many_of_client(&self) -> Problem {
        refused(Limit::InFlightBytesPerClient);
        let share = self.limit / SHARE;
        let detail = format!(
            "{share} bytes of requests and answers of this address are in this server, as many as may be (half of \
             `server.in_flight_bytes`): nothing was done, take the answers that wait, or come back in a moment"
        );
        Problem::new(Code::RateLimited, detail).not_applied().after(LATER)
    }
}

/// Where the bytes of a client count.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    counters: Arc<Counters>,
    client: usize,
}

impl Account {
    /// Bytes of this client, none so far.
    pub(crate) fn charge(&self) -> Charge {
        Charge { account: self.clone(), bytes: 0 }
    }

    fn bytes(&self) -> usize {
        self.of_client().load(Ordering::Relaxed)
    }

    fn of_client(&self) -> &AtomicUsize {
        &self.counters.clients[self.client]
    }

    /// How many there are then, in all and of this client.
    fn add(&self, bytes: usize) -> (usize, usize) {
        let before = |counter: &AtomicUsize| counter.fetch_add(bytes, Ordering::Relaxed);
        (before(&self.counters.all) + bytes, before(self.of_client()) + bytes)
    }

    fn subtract(&self, bytes: usize) {
        self.counters.all.fetch_sub(bytes, Ordering::Relaxed);
        self.of_client().fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(crate) struct Charge {
    account: Account,
    bytes: usize,
}

impl Charge {
    /// So many more, which are there already, whether they may be or not.
    pub(crate) fn add(&mut self, bytes: usize) {
        if bytes > 0 {
            self.account.add(bytes);
            self.bytes += bytes;
        }
    }

    /// So many more, unless that is too much; then none more.
    ///
    /// # Errors
    /// As [`InFlight::admit`].
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let (all, of_client) = self.account.add(bytes);
        // Counted before it is looked at, so that of many that come at once not all find room.
        let checked = self.account.counters.check(all, of_client);
        if checked.is_ok() {
            self.bytes += bytes;
        } else {
            self.account.subtract(bytes);
        }
        checked
    }

    /// So many of them for themselves; what there is too little of is added.
    pub(crate) fn split(&mut self, bytes: usize) -> Self {
        self.add(bytes.saturating_sub(self.bytes));
        self.bytes -= bytes;
        Self { account: self.account.clone(), bytes }
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.account.subtract(self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn in_flight(limit: usize) -> InFlight {
        InFlight::new(&ServerConfig { in_flight_bytes: limit, ..ServerConfig::default() })
    }

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    fn code(refused: Result<(), Problem>) -> (u16, &'static str) {
        let problem = refused.unwrap_err();
        (problem.status().as_u16(), problem.code())
    }

    #[test]
    fn a_client_has_half_at_most_and_all_together_all_and_what_is_refused_counts_for_nothing() {
        let in_flight = in_flight(100);
        let (one, two, three) = (address(1), address(2), address(3));
        let mut charge = in_flight.account(one).charge();
        charge.grow(50).unwrap();
        assert_eq!(code(charge.grow(1)), (429, "rate_limited"));
        assert_eq!(code(in_flight.admit(|| one)), (429, "rate_limited"));
        in_flight.admit(|| two).unwrap();
        let mut other = in_flight.account(two).charge();
        other.grow(50).unwrap();
        for address in [one, two] {
            assert_eq!(code(in_flight.admit(|| address)), (429, "rate_limited"));
        }
        assert_eq!(code(in_flight.admit(|| three)), (503, "too_many_waiting"));
        drop(charge);
        in_flight.admit(|| one).unwrap();
        assert_eq!(in_flight.bytes(), 50);
    }

    #[test]
    fn what_is_there_already_counts_beyond_the_limit_and_piece_by_piece_until_each_is_gone() {
        let in_flight = in_flight(100);
        let one = address(1);
        let mut answer = in_flight.account(one).charge();
        answer.add(150);
        let (first, last) = (answer.split(100), answer.split(60));
        assert_eq!(in_flight.bytes(), 160);
        drop(answer);
        assert_eq!(in_flight.bytes(), 160);
        drop(first);
        assert_eq!(in_flight.bytes(), 60);
        drop(last);
        assert_eq!((in_flight.bytes(), in_flight.account(one).bytes()), (0, 0));
    }

    #[test]
    fn a_network_of_ipv6_is_one_client_and_neighbours_are_not() {
        let in_flight = in_flight(100);
        let of = |address: &str| in_flight.account(address.parse().unwrap()).client;
        assert_eq!(of("2001:db8::1"), of("2001:db8::2"));
        assert_eq!(of("10.0.0.1"), of("::ffff:10.0.0.1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        let neighbours: HashSet<_> = (0..=255).map(|last| in_flight.account(address(last)).client).collect();
        assert_eq!(neighbours.len(), 256);
    }
}
